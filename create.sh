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
       create.sh list

BOARD            a folder of board/
--from           where the parts come from; debian: the packages of a Debian mirror
--base-only      without the daemon: a system that boots, has its address and shows a page
--service FILE   a daemon that was compiled elsewhere (artifacts/publish/RID/plugboot)

The image is artifacts/image/BOARD/images/sdcard.img. A second call makes only what has changed. BOOT_BLOBS names the
folder with the loaders of boards whose makers do not let them be passed on (README.md, Boards). UPDATE_KEY names the
private key that updates are signed with (ECDSA over P-256, PEM); without it artifacts/update-key.pem is made and used.
Keep it: boxes take updates of no other.
TEXT
}

list() {
    local name
    for name in $(boards); do
        (read_board "$name" && printf '%-14s %-32s %s\n' "$name" "$BOARD_NAME" "$RID")
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
        [ -z "$service" ] || sha256sum "$service" "$artifacts/loaders/manifest.json"
    } | sha256sum
}

# The daemon: given, published now, or none.
find_service() {
    if [ "$base_only" = yes ]; then
        service=
    elif [ -z "$service" ]; then
        "$tree/src/publish.sh" "$RID"
        service=$artifacts/publish/$RID/plugboot
    fi
    if [ -n "$service" ]; then
        [ -f "$service" ] || die "--service: no file $service"
        "$tree/board/common/loaders.sh"
    fi
}

build() {
    rm -f "$output/.made-by"
    "$tree/board/common/supply-$supplier.sh" "$board" "$output"
    PLUGBOOT_SERVICE=$service "$tree/board/common/post-build.sh" "$output/target" "$board"
    log 'packing the root file system'
    mksquashfs "$output/target" "$output/images/rootfs.squashfs" -noappend -all-root -quiet -no-progress -comp zstd -Xcompression-level 15
    "$tree/board/common/post-image.sh" "$output/images" "$board"
    "$tree/board/common/update-bundle.sh" make "$output/images" "$board"
    printf '%s\n' "$current" > "$output/.made-by"
}

report() {
    local image=$output/images/sdcard.img
    printf '\n%s\n  size    %s bytes\n  sha256  %s\n' "$image" "$(stat --format=%s "$image")" "$(sha256 "$image")"
    printf '  update  plugboot update update.tar, on a board that runs already: %s\n' "${image%/*}/update.tar"
    printf '  flash   dd if=%s of=/dev/sdX bs=4M conv=fsync   (or: bmaptool copy --nobmap %s /dev/sdX)\n' "$image" "$image"
    [ -z "${LOADER_BLOBS:-}" ] || [ -n "${BOOT_BLOBS:-}" ] ||
        printf '  note    without BOOT_BLOBS it has no first loaders: for cards and modules that carry them already\n'
}

supplier='' service='' base_only=no board=''
while [ $# -gt 0 ]; do
    case $1 in
        --from | --service) [ $# -ge 2 ] || die "$1 needs a value" ;;&
        --from) supplier=$2 && shift ;;
        --service) service=$(realpath --canonicalize-missing "$2") && shift ;;
        --base-only) base_only=yes ;;
        -h | --help) usage && exit ;;
        list) list && exit ;;
        -*) die "unknown option '$1' (create.sh --help)" ;;
        *) [ -z "$board" ] || die "one board at a time: '$board' or '$1'?" && board=$1 ;;
    esac
    shift
done
[ -n "$board" ] || { usage >&2 && exit 2; }
[ -z "$service" ] || [ "$base_only" = no ] || die '--base-only is an image without a daemon: leave out --service'
read_board "$board"
supplier=${supplier:-$SUPPLIER}
[ -x "$tree/board/common/supply-$supplier.sh" ] || die "no supplier '$supplier': there is debian"

purposes=(image)
[ -z "$CROSS_COMPILE" ] || purposes+=(image-armhf)
[ "$base_only" = yes ] || [ -n "$service" ] || purposes+=(build)
"$tree/board/common/host-packages.sh" "${purposes[@]}"
output=$artifacts/image/$board
mkdir -p "$output"
exec 9> "$output/lock"
flock 9
find_service
current=$(inputs)
if [ -s "$output/images/sdcard.img" ] && [ "$(cat "$output/.made-by" 2> /dev/null)" = "$current" ]; then
    log "$board is current"
else
    build
fi
report
