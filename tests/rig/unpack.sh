# SUMMARY: Other servers, unpacked beside the host's packages; sourced after shell.sh, never run.
# shellcheck shell=bash disable=SC2154 # variables of shell.sh

peers=$artifacts/peers

# unpack PACKAGE: a daemon's package and what it lacks into a folder of its own, because installing would start it, and
# because tftpd-hpa and atftpd do not go together.
unpack() {
    local deb debs suite
    suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    [ ! -e "$peers/$1/.done" ] || return 0
    rm -rf "${peers:?}/$1"
    mkdir -p "$peers/$1"
    debs=$("$tree/board/common/apt-root.sh" fetch-missing "$suite" "$1")
    while read -r deb; do
        dpkg-deb --extract "$deb" "$peers/$1"
    done <<< "$debs"
    touch "$peers/$1/.done"
}

# peer_command PACKAGE NAME ARGUMENT...: runs a program out of an unpacked package, with the libraries beside it.
peer_command() {
    local root=$peers/$1 name=$2
    shift 2
    LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu exec "$root/usr/sbin/$name" "$@"
}
