#!/usr/bin/env bash
# SUMMARY: The image's scripts read plugboot.conf as the daemon does.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

# reads EXPECTED LINE
reads() {
    local value
    printf '%s\n' "$2" > "$work/conf"
    # shellcheck disable=SC2016 # the inner shell's
    value=$(busybox sh -c '. overlay/usr/lib/plugboot/shell.sh; settings=$1; PATH=$2; setting address none' sh "$work/conf" "$PATH")
    [ "$value" = "$1" ] || { printf 'setting-test: %s: %s\n' "$2" "$value" >&2 && exit 1; }
}

reads 10.0.0.1/24 'address = 10.0.0.1/24'
reads 10.0.0.1/24 '  address=10.0.0.1/24 # office'
reads 10.0.0.1/24 'address = "10.0.0.1/24" # office'
reads 10.0.0.1/24 $'address = 10.0.0.2/24\naddress = 10.0.0.1/24  '
reads none '#address = 10.0.0.1/24'
reads none 'address-other = 10.0.0.1/24'
