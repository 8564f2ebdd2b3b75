#!/usr/bin/env bash
# SUMMARY: Makes the image that is flashed to a board's card or a PC's stick: ./create.sh pc
set -euo pipefail
# shellcheck source=board/common/shell.sh
source "$(dirname "$0")/board/common/shell.sh"
# shellcheck source=board/common/board.sh
source "$(dirname "$0")/board/common/board.sh"

usage() {
    cat << 'TEXT'
usage: create.sh BOARD [--from SUPPLIER] [--base-only | --service FILE]
       create.sh BOARD TARGET...
       create.sh list

BOARD            a folder of board/
--from           where the parts come from; each board has its own default (create.sh list)
                 debian: the packages of a Debian mirror, in minutes; buildroot: their sources, in an hour or more
TARGET           of Buildroot: menuconfig, linux-menuconfig, busybox-menuconfig, savedefconfig, source, legal-info ...
--base-only      without the daemon: a system that boots, has its address and shows a page
--service FILE   a daemon that was compiled elsewhere (artifacts/publish/RID/plugboot)

The image is artifacts/image/BOARD/images/sdcard.img. A second call makes only what has changed. BOOT_BLOBS names the
folder with the loaders of boards whose makers do not let them be passed on (README.md, Boards). UPDATE_KEY names the
private key that updates are signed with (ECDSA over P-256, PEM); without it artifacts/update-key.pem is made and used.
Keep it: boxes take updates of no other.
BUILDROOT_DIR names a tree of Buildroot to use in place of the pinned release, BR2_DL_DIR a folder for what it downloads.
TEXT
}

list() {
    local name
    for name in $(boards); do
        (read_board "$name" && printf '%-14s %-32s %-12s %s\n' "$name" "$BOARD_NAME" "$RID" "$SUPPLIER")
    done
}

# inputs: digest of all that an image is made of, besides the kernel, which knows by itself.
inputs() {
    {
        printf '%s\n' "$supplier"
        [ -z "${BOOT_BLOBS:-}" ] || find "$BOOT_BLOBS" -type f -exec sha256sum {} +
        find "$tree"/board/common "$tree/board/$board" "$tree/overlay" "$tree/configs/linux" "$tree/configs/busybox.fragment" \
            "$tree/configs/plugboot.conf" "$tree/Directory.Build.props" -type f -print0 | sort --zero-terminated | xargs --null sha256sum
        sha256sum < <("$tree/board/common/update-bundle.sh" key)
        find "$tree/overlay" -printf '%P %m\n' | sort
        [ ! -f "$service" ] || sha256sum "$service" "$artifacts/loaders/manifest.json"
    } | sha256sum
}

# The daemon: given, compiled now, or none.
find_service() {
    if [ "$base_only" = yes ]; then
        service=none
    elif [ -n "$service" ]; then
        [ -f "$service" ] || die "--service: no file $service"
    elif [ "$supplier" = buildroot ]; then
        # It compiles the daemon itself, at the end of a long build; what will be missing then is said now.
        "$tree/src/publish.sh" --restore "$RID"
    else
        "$tree/src/publish.sh" "$RID"
        service=$artifacts/publish/$RID/plugboot
    fi
    [ "$service" = none ] || "$tree/board/common/loaders.sh"
}

# Buildroot knows by itself what is current; for Debian's packages the inputs tell.
is_current() {
    [ "$supplier" = debian ] && [ -s "$output/images/sdcard.img" ] && [ "$(cat "$output/.made-by" 2> /dev/null)" = "$current" ]
}

build() {
    rm -f "$output/.made-by"
    PLUGBOOT_SERVICE=$service "$tree/board/common/supply-$supplier.sh" "$board" "$output"
    "$tree/board/common/update-bundle.sh" make "$output/images" "$board"
    printf '%s\n' "$current" > "$output/.made-by"
}

# What Buildroot's own targets change, and how it is kept.
make_targets() {
    local target
    for target in "${targets[@]}"; do
        [ "$target" != source ] || { "$tree/board/common/host-packages.sh" build && find_service; }
    done
    "$tree/board/common/supply-buildroot.sh" "$board" "$output" "${targets[@]}"
    for target in "${targets[@]}"; do
        case $target in
            menuconfig | nconfig | xconfig) log "to keep it in configs: ./create.sh $board savedefconfig" ;;
            linux-menuconfig) log "to keep it, copy what './create.sh $board linux-diff-config' lists into configs/linux/*.fragment" ;;
            busybox-menuconfig) log "to keep it, copy what './create.sh $board busybox-diff-config' lists into configs/busybox.fragment" ;;
        esac
    done
}

report() {
    local image=$output/images/sdcard.img
    printf '\n%s\n  size    %s bytes\n  sha256  %s\n' "$image" "$(stat --format=%s "$image")" "$(sha256 "$image")"
    printf '  update  plugboot update update.tar, on a board that runs already: %s\n' "${image%/*}/update.tar"
    printf '  flash   dd if=%s of=/dev/sdX bs=4M conv=fsync   (or: bmaptool copy --nobmap %s /dev/sdX)\n' "$image" "$image"
    [ -z "${LOADER_BLOBS:-}" ] || [ -n "${BOOT_BLOBS:-}" ] || [ "$supplier" = buildroot ] ||
        printf '  note    without BOOT_BLOBS it has no first loaders: for cards and modules that carry them already\n'
}

supplier='' service='' base_only=no board='' targets=()
while [ $# -gt 0 ]; do
    case $1 in
        --from | --service) [ $# -ge 2 ] || die "$1 needs a value" ;;&
        --from) supplier=$2 && shift ;;
        --service) service=$(realpath --canonicalize-missing "$2") && shift ;;
        --base-only) base_only=yes ;;
        -h | --help) usage && exit ;;
        list) list && exit ;;
        -*) die "unknown option '$1' (create.sh --help)" ;;
        *) if [ -n "$board" ]; then targets+=("$1"); else board=$1; fi ;;
    esac
    shift
done
[ -n "$board" ] || { usage >&2 && exit 2; }
[ -z "$service" ] || [ "$base_only" = no ] || die '--base-only is an image without a daemon: leave out --service'
read_board "$board"
[ "${#targets[@]}" = 0 ] || SUPPLIER=buildroot
supplier=${supplier:-$SUPPLIER}
case $supplier in buildroot | debian) ;; *) die "no supplier '$supplier': there are buildroot and debian" ;; esac
[ "${#targets[@]}" = 0 ] || [ "$supplier" = buildroot ] || die "'${targets[*]}' is for Buildroot: leave out --from $supplier"

output=$artifacts/image/$board
mkdir -p "$output"
exec 9> "$output/lock"
flock 9
if [ "$supplier" = buildroot ]; then
    purposes=(image-buildroot)
else
    purposes=(image)
    [ -z "$CROSS_COMPILE" ] || purposes+=(image-armhf)
fi
[ "$base_only" = yes ] || [ -n "$service" ] || [ "${#targets[@]}" != 0 ] || purposes+=(build)
"$tree/board/common/host-packages.sh" "${purposes[@]}"
if [ "${#targets[@]}" != 0 ]; then
    make_targets
    exit
fi
find_service
# Before the build: what is changed meanwhile is not in it.
current=$(inputs)
if is_current; then
    log "$board is current"
else
    build
fi
report
