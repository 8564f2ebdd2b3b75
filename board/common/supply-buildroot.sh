#!/usr/bin/env bash
# SUMMARY: Supplies a board's parts from Buildroot, compiled from their sources: kernel, loader, root file system, sdcard.img.
#
# supply-buildroot.sh BOARD OUTPUT            builds everything, and leaves images/ in the folder OUTPUT
# supply-buildroot.sh BOARD OUTPUT TARGET...  makes targets of Buildroot: menuconfig, linux-menuconfig, source, legal-info ...
#
# The configuration is buildroot-external/configs/BOARD_defconfig. A tree of Buildroot's pinned release is downloaded, unless
# BUILDROOT_DIR names one; BR2_DL_DIR names a folder for what packages download. PLUGBOOT_SERVICE names a daemon that was
# compiled elsewhere, or "none".
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

release=2026.05.1
# Of buildroot-2026.05.1.tar.xz, from https://buildroot.org/downloads/buildroot-2026.05.1.tar.xz.sign
digest=ae7f706f087b9ae9083a10a587368dfbf53103c28bf81c2d690198dc4090cb58
url=${BUILDROOT_URL:-https://buildroot.org/downloads}/buildroot-$release.tar.xz
external=$tree/buildroot-external
cache=$artifacts/buildroot

# What would otherwise end a build after an hour, in words of some package.
check_host() {
    if [[ $cache =~ [[:space:]@:] ]]; then
        die "Buildroot cannot work below '$tree': move the tree to a path without blanks, '@' and ':'"
    fi
    [ "$(id --user)" != 0 ] || [ "${FORCE_UNSAFE_CONFIGURE:-}" = 1 ] ||
        die "Buildroot refuses to be built by root, and a mistake of one of its packages would hit the host:" \
            "run create.sh as another user who may write to $artifacts," \
            "or set FORCE_UNSAFE_CONFIGURE=1 in a container that you can throw away; or use --from debian"
}

# tree_of_buildroot: prints where it is; downloads and unpacks it once for all boards.
tree_of_buildroot() {
    local version folder=$cache/buildroot-$release work
    if [ -n "${BUILDROOT_DIR:-}" ]; then
        version=$(sed --quiet 's/^export BR2_VERSION := //p' "$BUILDROOT_DIR/Makefile" 2> /dev/null) || true
        [ -n "$version" ] || die "BUILDROOT_DIR: $BUILDROOT_DIR is no tree of Buildroot"
        log "Buildroot $version in $BUILDROOT_DIR"
        [ "$version" = "$release" ] || log "WARNING: boards are built with Buildroot $release; with another one they may differ, or not build"
        realpath "$BUILDROOT_DIR"
        return
    fi
    exec 8> "$cache/tree.lock"
    flock 8
    if [ ! -d "$folder" ]; then
        download
        log "unpacking ${url##*/}"
        work=$(mktemp --directory "$folder.new.XXXXXX")
        tar --extract --xz --strip-components=1 --directory "$work" --file="$cache/${url##*/}"
        mv "$work" "$folder"
    fi
    exec 8>&-
    printf '%s' "$folder"
}

# The release's archive, checked; a file that was put there by hand is as good.
download() {
    local file=$cache/${url##*/}
    if [ ! -f "$file" ]; then
        log "downloading $url"
        wget --quiet --tries=3 --timeout=30 --output-document="$file.part" "$url" || {
            rm -f "$file.part"
            die "cannot download $url: is there a network? Otherwise put the file at $file," \
                "or name an unpacked tree by BUILDROOT_DIR, or build from Debian's packages: --from debian"
        }
        mv "$file.part" "$file"
    fi
    [ "$(sha256 "$file")" = "$digest" ] || {
        mv "$file" "$file.bad"
        die "$file.bad is not Buildroot $release (SHA-256 $digest): it was damaged or changed on its way; start again"
    }
}

# Out of tree, a folder for each board. Options of a make that called this script are not for Buildroot.
buildroot() {
    env --unset=MAKEFLAGS --unset=MAKEOVERRIDES --unset=MFLAGS --unset=MAKELEVEL --unset=LD_LIBRARY_PATH --unset=BOARD \
        BR2_DL_DIR="$(realpath --canonicalize-missing "${BR2_DL_DIR:-$cache/dl}")" nice -n "${NICENESS:-10}" \
        make --no-print-directory --directory="$source" O="$output" BR2_EXTERNAL="$external" "$@"
}

configure() {
    local defconfig=$external/configs/${board}_defconfig
    if [ -f "$output/.config" ]; then
        [ "$defconfig" -nt "$output/.config" ] || return 0
        log "configuring $board anew: its defconfig is newer than its configuration, which stays as $output/.config.old"
        cp "$output/.config" "$output/.config.old"
    fi
    buildroot --silent "${board}_defconfig" >&2
}

# The log goes to a file: it has a hundred thousand lines.
build() {
    local targets=(all)
    # Buildroot does not see by itself that the daemon has changed.
    ! grep --quiet '^BR2_PACKAGE_PLUGBOOT=y' "$output/.config" || targets=(plugboot-reconfigure all)
    log "building with Buildroot, an hour or more the first time (the log: $output/build.log)"
    buildroot "${targets[@]}" > "$output/build.log" 2>&1 || {
        tail --lines=40 "$output/build.log" >&2
        ! tail --lines=3 "$output/build.log" | grep --quiet --fixed-strings .stamp_downloaded ||
            die "Buildroot cannot fetch a source: is there a network? './create.sh $board source' fetches all of them" \
                "where there is one, into the folder BR2_DL_DIR; or build from Debian's packages: --from debian"
        die "Buildroot fails: see above and $output/build.log"
    }
    rm -rf "$parts/images"
    mkdir -p "$parts"
    cp --recursive --sparse=always --reflink=auto "$output/images" "$parts/images"
}

[ $# -ge 2 ] || die "usage: $program BOARD OUTPUT [TARGET...]"
read_board "$1"
parts=$2
shift 2
[ -f "$external/configs/${board}_defconfig" ] || die "Buildroot has no configuration for $board: use --from debian"
check_host
output=$cache/$board
mkdir -p "$output"
source=$(tree_of_buildroot)
configure
if [ $# -gt 0 ]; then
    buildroot "$@"
    # A configuration that was just saved is not a newer one.
    touch "$output/.config"
else
    build
fi
