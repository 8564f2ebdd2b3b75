#!/usr/bin/env bash
# SUMMARY: Completes the root file system, whoever supplied its parts: overlay, board's definition, consoles, daemon, loaders.
#
# Buildroot calls it with its target folder and BR2_ROOTFS_POST_SCRIPT_ARGS. PLUGBOOT_SERVICE names the daemon; without one the
# image is a base system.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

[ $# = 2 ] || die "usage: $program TARGET BOARD"
target=$1
read_board "$2"

# ELF machine of each RID's programs, as readelf names it
declare -A machines=([linux-x64]='Advanced Micro Devices X86-64' [linux-arm]=ARM [linux-arm64]=AArch64)

# A daemon of another machine, or one that lacks a library, would only be found out on the board.
install_service() {
    local machine library
    [ -f "$1" ] || die "no daemon at $1"
    machine=$(readelf --file-header "$1" 2> /dev/null | sed --quiet 's/ *Machine: *//p')
    [ "$machine" = "${machines[$RID]}" ] || die "$1 is for '${machine:-no machine at all}', but $BOARD_NAME needs ${machines[$RID]} ($RID)"
    while read -r library; do
        [ -e "$target/usr/lib/$library" ] || die "$1 needs $library, which the root file system lacks"
    done < <(readelf --dynamic --wide "$1" | sed --quiet 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
    install -D -m 755 "$1" "$target/usr/bin/plugboot"
    mkdir -p "$target/usr/share/plugboot"
    cp -r "$artifacts/loaders" "$target/usr/share/plugboot/"
}

# A shell on each console: BusyBox's init takes them from inittab, before the kernel's list can be asked.
add_consoles() {
    local console
    for console in $CONSOLES; do
        console=${console%%,*}
        # The kernel's tty0 is whichever screen is shown; programs run on the first.
        printf '::respawn:/usr/bin/console-shell %s\n' "${console/#tty0/tty1}" >> "$target/etc/inittab"
    done
}

cp -a "$tree/overlay/." "$target/"
chmod 600 "$target/etc/shadow"
install -m 644 "$tree/board/$board/board.env" "$target/etc/plugboot/board.env"
printf '%s\n' "$board" > "$target/etc/plugboot/board"
"$tree/board/common/update-bundle.sh" key > "$target/etc/plugboot/update-key.pem"
sed --quiet 's:.*<Version>\(.*\)</Version>.*:\1:p' "$tree/Directory.Build.props" > "$target/etc/plugboot/version"
add_consoles
rm -f "$target/usr/bin/plugboot"
rm -rf "$target/usr/share/plugboot"
[ -z "${PLUGBOOT_SERVICE:-}" ] || install_service "$PLUGBOOT_SERVICE"
