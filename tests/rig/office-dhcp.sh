#!/usr/bin/env bash
# SUMMARY: The DHCP server of somebody else's network, which gives addresses and nothing else: dnsmasq or Kea.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"
# shellcheck source=unpack.sh
source "$(dirname "$0")/unpack.sh"

usage() {
    cat << 'TEXT'
usage: office-dhcp.sh dnsmasq|kea INTERFACE FOLDER
       office-dhcp.sh unpack

INTERFACE  carries 192.168.100.2/24; clients get 192.168.100.210 to .240
FOLDER     for leases and logs; emptied first
unpack     fetches Kea, so that starting it takes no time
TEXT
}

pool_start=192.168.100.210
pool_end=192.168.100.240

# With its ping of three seconds before each offer, as it comes; for a year, as small routers give addresses.
run_dnsmasq() {
    exec dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --log-facility=- --log-dhcp \
        --interface="$1" --bind-interfaces --dhcp-authoritative --pid-file="$2/dnsmasq.pid" \
        --dhcp-range="$pool_start,$pool_end,8760h" --dhcp-leasefile="$2/dnsmasq.leases"
}

run_kea() {
    cat > "$2/kea.conf" << CONF
{ "Dhcp4": {
    "interfaces-config": { "interfaces": [ "$1" ] },
    "lease-database": { "type": "memfile", "persist": true, "name": "$2/kea.leases" },
    "loggers": [ { "name": "kea-dhcp4", "severity": "INFO", "output_options": [ { "output": "stdout" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "192.168.100.0/24", "pools": [ { "pool": "$pool_start - $pool_end" } ] } ]
} }
CONF
    export KEA_PIDFILE_DIR=$2 KEA_LOCKFILE_DIR=none
    peer_command kea-dhcp4-server kea-dhcp4 -c "$2/kea.conf"
}

case ${1:-} in
    unpack)
        unpack kea-dhcp4-server
        ;;
    dnsmasq | kea)
        [ $# = 3 ] || { usage >&2 && exit 2; }
        rm -rf "$3"
        mkdir -p "$3"
        "run_$1" "$2" "$3"
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
