#!/usr/bin/env bash
# SUMMARY: Completes the root file system, whoever supplied its parts: overlay, board's definition, consoles, daemon, loaders.
#
# Buildroot calls it with its target folder and BR2_ROOTFS_POST_SCRIPT_ARGS, again after each change. Where usr/bin has no
# plugboot the image is a base system.
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

# newest_symbols FILE: the newest set of symbols of glibc that it names or, if it is the C library, has.
newest_symbols() {
    readelf --version-info --wide "$1" | grep --only-matching 'GLIBC_2[0-9.]*' | sort --version-sort | tail --lines=1
}

# A daemon of another machine, or one that lacks a library, would only be found out on the board.
check_service() {
    local machine loader needed present library
    machine=$(readelf --file-header "$1" 2> /dev/null | sed --quiet 's/ *Machine: *//p')
    [ "$machine" = "${machines[$RID]}" ] || die "the daemon is for '${machine:-no machine at all}', but $BOARD_NAME needs ${machines[$RID]} ($RID)"
    loader=$(readelf --program-headers --wide "$1" | sed --quiet 's/.*interpreter: \(.*\)\]/\1/p')
    [ -e "$target$loader" ] || die "the daemon needs the C library's $loader, which the root file system lacks"
    needed=$(newest_symbols "$1")
    present=$(newest_symbols "$target/usr/lib/libc.so.6")
    [ "$(printf '%s\n' "$needed" "$present" | sort --version-sort | tail --lines=1)" = "$present" ] ||
        die "the daemon needs a C library with $needed; that of the root file system ends at $present"
    while read -r library; do
        [ -e "$target/usr/lib/$library" ] || die "the daemon needs $library, which the root file system lacks"
    done < <(readelf --dynamic --wide "$1" | sed --quiet 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
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

mkdir -p "$target"/{boot,etc/plugboot,srv/plugboot,usr/share/plugboot,var/lib}
cp -a "$tree/overlay/." "$target/"
chmod 600 "$target/etc/shadow"
install -m 644 "$tree/board/$board/board.env" "$target/etc/plugboot/board.env"
printf '%s\n' "$board" > "$target/etc/plugboot/board"
"$tree/board/common/update-bundle.sh" key > "$target/etc/plugboot/update-key.pem"
sed --quiet 's:.*<Version>\(.*\)</Version>.*:\1:p' "$tree/Directory.Build.props" > "$target/etc/plugboot/version"
add_consoles
rm -rf "$target/usr/share/plugboot/loaders"
if [ -e "$target/usr/bin/plugboot" ]; then
    check_service "$target/usr/bin/plugboot"
    cp -r "$artifacts/loaders" "$target/usr/share/plugboot/"
fi
