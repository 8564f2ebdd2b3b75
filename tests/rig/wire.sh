# SUMMARY: A private wire for the demo and the bench; sourced after shell.sh, never run.
# shellcheck shell=bash

# enclose ARGUMENT...: runs this script again, with the arguments, in namespaces of its own: no interface of the host, and
# processes that end with it, whichever way it ends.
enclose() {
    local options=(--net --pid --fork --kill-child --mount-proc)
    [ "$(id --user)" = 0 ] || options+=(--user --map-root-user)
    [ -c /dev/net/tun ] || die "needs /dev/net/tun: as root, 'modprobe tun' (or give the container the device)"
    if [ ! -r /dev/net/tun ] || [ ! -w /dev/net/tun ]; then
        die "may not open /dev/net/tun: run as root"
    fi
    unshare "${options[@]}" true ||
        die "may not make private namespaces: run as root (a container needs --privileged), or allow user namespaces"
    exec unshare "${options[@]}" "$0" "$@"
}

# lay_wire PREFIX: the bridge br0 with our address; port0, which is always up (a bridge without a live port has no carrier, and so
# no IPv6 address) and leads to port1; tap0 for a PC. ARP is answered by br0 alone: Linux answers on every interface
# for every address it has, and a PC that believed port1 would be refused its TCP connections (GRUB takes the last answer).
lay_wire() {
    local link
    ip link set lo up
    ip link add br0 type bridge
    ip address add "192.168.100.1/$1" dev br0
    ip link add port0 type veth peer name port1
    ip tuntap add tap0 mode tap
    printf '1\n' > /proc/sys/net/ipv4/conf/all/arp_ignore
    ip link set port0 master br0
    ip link set tap0 master br0
    for link in port0 port1 tap0 br0; do
        ip link set "$link" up
    done
}

# await_ready LOG PROCESS: waits until the daemon says that it is ready; false when it ends before, or takes too long.
await_ready() {
    local deadline=$((SECONDS + 15))
    until grep --quiet 'plugboot: ready in' "$1"; do
        if ! kill -0 "$2" 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            cat "$1" >&2
            return 1
        fi
        sleep 0.02
    done
}
