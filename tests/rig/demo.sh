#!/usr/bin/env bash
# SUMMARY: A PC boots a Debian installer out of an ISO file through Plugboot, on a private wire, before your eyes.
#
# The daemon and a QEMU PC share a bridge in a network namespace of their own; nothing reaches the host's network. All
# of it lives in one process namespace that ends with this script, whichever way it ends.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"
# shellcheck source=wire.sh
source "$(dirname "$0")/wire.sh"

firmware=${FIRMWARE:-bios}
automatic=no
if [ "${DEMO:-}" = auto ] || [ ! -t 0 ] || [ ! -t 1 ]; then automatic=yes; fi
# Another build of the daemon can be shown.
plugboot=${PLUGBOOT:-$artifacts/publish/linux-x64/plugboot}
folder=$artifacts/demo
# Emulated firmware on a busy machine of two slow cores; a quiet one needs a tenth.
limit_seconds=600

case $firmware in
    bios | uefi | uefi-http | uefi-sb | uefi-sb-http) architecture=amd64 purpose=demo ;;
    arm64) architecture=arm64 purpose=demo-arm64 ;;
    *) die "unknown FIRMWARE '$firmware': bios, uefi, uefi-http, uefi-sb, uefi-sb-http, arm64" ;;
esac

prepare() {
    "$tree/board/common/host-packages.sh" "$purpose"
    "$tree/board/common/loaders.sh"
    [ -n "${PLUGBOOT:-}" ] || "$tree/src/publish.sh" linux-x64
    "$tree/tests/rig/sample-library.sh" "$architecture" tools
}

write_configuration() {
    cat << CONF
interface = br0
address = 192.168.100.1/24
media = $artifacts/sample/media
loaders = $artifacts/loaders
state = $folder/state
CONF
    if [ "$automatic" = yes ]; then
        printf 'menu-default = debian-12-%s-netinst.iso\nmenu-timeout = 1\n' "$architecture"
    fi
}

start_daemon() {
    "$plugboot" serve --config "$folder/plugboot.conf" > "$folder/plugboot.log" 2>&1 &
    daemon=$!
    await_ready "$folder/plugboot.log" "$daemon" || die "the daemon did not get ready: see above"
    grep 'plugboot: ready in' "$folder/plugboot.log" >&2
}

# QEMU's files of variables are temporary and vanish with it.
show_boot() {
    if [ "$automatic" = yes ]; then
        log "booting a PC ($firmware); seconds from power-on:"
        "$tree/tests/rig/timeline.sh" "$limit_seconds" installer "$folder/console.log" "$tree/tests/rig/pc.sh" "$firmware" tap0 ||
            { tail --lines=20 "$folder/plugboot.log" >&2 && die "the PC did not reach the installer; logs are in $folder"; }
        show_screen
    else
        log "a PC ($firmware) is switched on; leave it with Ctrl-A X. The daemon's log: $folder/plugboot.log"
        "$tree/tests/rig/pc.sh" "$firmware" tap0
    fi
}

# The installer's first screen, as the serial console drew it.
show_screen() {
    log "the installer's first screen:"
    LC_ALL=C awk -f "$tree/tests/rig/screen.awk" "$folder/console.log"
}

inside() {
    lay_wire 24
    write_configuration > "$folder/plugboot.conf"
    start_daemon
    trap 'kill "$daemon" 2> /dev/null || true' EXIT
    show_boot
}

mkdir -p "$folder"
if [ "${1:-}" = inside ]; then
    inside
else
    prepare
    enclose inside
fi
