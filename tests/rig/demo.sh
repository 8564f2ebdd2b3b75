#!/usr/bin/env bash
# SUMMARY: A PC boots a Debian installer out of an ISO file through Plugboot, on a private wire, before your eyes.
#
# The daemon and a QEMU PC share a bridge in a network namespace of their own; nothing reaches the host's network. All
# of it lives in one process namespace that ends with this script, whichever way it ends.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"

firmware=${FIRMWARE:-bios}
automatic=no
if [ "${DEMO:-}" = auto ] || [ ! -t 0 ] || [ ! -t 1 ]; then automatic=yes; fi
# Another build of the daemon can be shown.
plugboot=${PLUGBOOT:-$artifacts/publish/linux-x64/plugboot}
folder=$artifacts/demo
# Emulated firmware on a busy machine of two slow cores; a quiet one needs a tenth.
limit_seconds=600
ready_seconds=15

case $firmware in
    bios | uefi | uefi-http) architecture=amd64 purpose=demo ;;
    arm64) architecture=arm64 purpose=demo-arm64 ;;
    *) die "unknown FIRMWARE '$firmware': bios, uefi, uefi-http, arm64" ;;
esac

prepare() {
    "$tree/board/common/host-packages.sh" "$purpose"
    "$tree/board/common/loaders.sh"
    [ -n "${PLUGBOOT:-}" ] || "$tree/src/publish.sh" linux-x64
    "$tree/tests/rig/sample-library.sh" "$architecture" tools
}

# Runs this script again inside namespaces that end with it.
enclose() {
    local options=(--net --pid --fork --kill-child --mount-proc)
    [ "$(id --user)" = 0 ] || options+=(--user --map-root-user)
    [ -c /dev/net/tun ] || die "needs /dev/net/tun: as root, 'modprobe tun' (or give the container the device)"
    if [ ! -r /dev/net/tun ] || [ ! -w /dev/net/tun ]; then
        die "may not open /dev/net/tun: run as root"
    fi
    unshare "${options[@]}" true ||
        die "may not make private namespaces: run as root (in a container with --privileged), or allow user namespaces"
    exec unshare "${options[@]}" "$0" inside
}

# The wire: a bridge with our address, a port that is always up (a bridge without one has no carrier, and so no
# IPv6 address), and the PC's port.
lay_wire() {
    ip link set lo up
    ip link add br0 type bridge
    ip address add 192.168.100.1/24 dev br0
    ip link add port0 type veth peer name port1
    ip tuntap add tap0 mode tap
    ip link set port0 master br0
    ip link set tap0 master br0
    for link in port0 port1 tap0 br0; do
        ip link set "$link" up
    done
}

write_configuration() {
    cat << CONF
interface = br0
address = 192.168.100.1/24
media = $artifacts/sample/media
loaders = $artifacts/loaders
CONF
    if [ "$automatic" = yes ]; then
        printf 'menu-default = debian-12-%s-netinst.iso\nmenu-timeout = 1\n' "$architecture"
    fi
}

start_daemon() {
    local deadline=$((SECONDS + ready_seconds))
    "$plugboot" serve --config "$folder/plugboot.conf" > "$folder/plugboot.log" 2>&1 &
    daemon=$!
    until grep --quiet 'plugboot: ready in' "$folder/plugboot.log"; do
        if ! kill -0 "$daemon" 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            cat "$folder/plugboot.log" >&2
            die "the daemon did not get ready: see above"
        fi
        sleep 0.05
    done
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
    awk -f "$tree/tests/rig/screen.awk" "$folder/console.log"
}

inside() {
    lay_wire
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
    enclose
fi
