#!/usr/bin/env bash
# SUMMARY: Measures the daemon beside its peers, in the same run, and writes artifacts/bench/results.json and a table.
#
# Every round measures every server once, one after another, so that whatever else the machine does falls on all of them;
# the median of the rounds counts. BENCH_ROUNDS sets their number; BENCH_ONLY='http nbd' measures only these parts.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"
# shellcheck source=../rig/wire.sh
source "$(dirname "$0")/../rig/wire.sh"
# shellcheck source=../rig/unpack.sh
source "$(dirname "$0")/../rig/unpack.sh"
# shellcheck source=peers.sh
source "$(dirname "$0")/peers.sh"
# shellcheck source=measures.sh
source "$(dirname "$0")/measures.sh"
# shellcheck source=loss.sh
source "$(dirname "$0")/loss.sh"
# shellcheck source=admin.sh
source "$(dirname "$0")/admin.sh"

rounds=${BENCH_ROUNDS:-5}
output=$artifacts/bench
samples=$output/samples.tsv
parts=(start idle dhcp tftp loss http nbd admin boot)
read -ra wanted <<< "${BENCH_ONLY:-${parts[*]}}"
for part in "${wanted[@]}"; do
    [[ " ${parts[*]} " == *" $part "* ]] || die "BENCH_ONLY: unknown part '$part': ${parts[*]}"
done
plugboot=${PLUGBOOT:-$artifacts/publish/linux-x64/plugboot}

# sample NAME UNIT higher|lower SERVER VALUE
sample() {
    [ -n "$5" ] || die "no value for '$1' of $4: see $work"
    printf '%s\t%s\t%s\t%s\t%s\n' "$@" >> "$samples"
    printf '  %-38s %-15s %12s %s\n' "$1" "$4" "$5" "$2" >&2
}

# with_server NAME tcp|udp PORT COMMAND...: starts it, runs the command, stops it.
with_server() {
    local name=$1 protocol=$2 port=$3
    shift 3
    "start_$name"
    await_port "$protocol" "$port"
    [ "$name" != plugboot ] || await_library
    "$@"
    stop_server
}

# In the shell itself, not in a substitution: the server must be a child that can be waited for.
measure_starts() {
    local name
    for name in plugboot nginx; do
        first_http_answer "start_$name" > "$work/value"
        sample 'start-up to first HTTP answer' ms lower "$name" "$(< "$work/value")"
        stop_server
    done
}

measure_idle() { sample 'RSS idle' MB lower "$1" "$(memory VmRSS)"; }
measure_offer() { sample 'first offer to a new client' ms lower "$1" "$(first_offer)"; }
measure_exchanges() { sample 'DHCP exchanges' 1/s higher "$1" "$(exchanges)"; }
measure_paced() {
    paced
    sample 'DHCP at 300/s, drops' of6000 lower "$1" "$(paced_drops)"
    sample 'DHCP at 300/s, offer, p99' ms lower "$1" "$(paced_p99 DISCOVER-OFFER)"
    sample 'DHCP at 300/s, ACK, p99' ms lower "$1" "$(paced_p99 REQUEST-ACK)"
}
measure_boot() { sample 'BIOS iPXE power-on to menu script' s lower "$1" "$(boot)"; }

measure_tftp() {
    local blksize windowsize
    for windowsize in 1 8; do
        for blksize in 512 1468; do
            sample "TFTP blksize $blksize windowsize $windowsize" MB/s higher "$1" "$(tftp "$blksize" "$windowsize")"
        done
    done
}

measure_http() {
    local rate cpu length
    read -r rate cpu < <(http "$image_url")
    sample 'HTTP' MB/s higher "$1" "$rate"
    sample 'HTTP CPU' s/GiB lower "$1" "$cpu"
    measure_http_inside "$1" "$rate" "$cpu"
    for length in 2 32; do
        read -r rate cpu < <(http_ranges $((length * 1024)))
        sample "HTTP random ranges of $length KiB" 1/s higher "$1" "$rate"
        sample "HTTP random ranges of $length KiB, CPU" us lower "$1" "$cpu"
    done
    sample 'RSS under HTTP load, at most' MB lower "$1" "$(memory VmHWM)"
}

# measure_http_inside NAME RATE CPU: a file inside an image, beside plain files: the peer's, and our own image as a whole.
measure_http_inside() {
    local rate=$2 cpu=$3
    if [ "$1" = plugboot ]; then
        sample 'HTTP, file in an image, CPU' s/GiB lower plugboot-whole "$cpu"
        read -r rate cpu < <(http "http://$address/boot/bench/payload.bin")
    fi
    sample 'HTTP, file in an image' MB/s higher "$1" "$rate"
    sample 'HTTP, file in an image, CPU' s/GiB lower "$1" "$cpu"
}

measure_nbd() {
    local rate cpu busy connections
    for connections in 1 4; do
        read -r rate cpu busy < <(nbd "$connections")
        sample "NBD, connections: $connections" MB/s higher "$1" "$rate"
        sample "NBD, connections: $connections, CPU" s/GiB lower "$1" "$cpu"
        sample "NBD, connections: $connections, nbdcopy's own" CPUs higher "$1" "$busy"
    done
}

measure_sizes() {
    sample 'binary size' MB lower plugboot "$(calculate "$(stat --format=%s "$(readlink -f "$plugboot")") / 1000000")"
    sample 'binary size' MB lower dnsmasq+nginx \
        "$(calculate "($(stat --format=%s "$(command -v dnsmasq)") + $(stat --format=%s "$peers/nginx/usr/sbin/nginx")) / 1000000")"
}

# measure_NAME_round, for each name in $parts.
measure_start_round() { measure_starts; }
measure_idle_round() { for name in plugboot dnsmasq+nginx; do with_server "$name" tcp 80 measure_idle "$name"; done; }
measure_dhcp_round() {
    for name in plugboot dnsmasq; do with_server "$name" udp 67 measure_offer "$name"; done
    for name in plugboot dnsmasq-no-ping kea; do
        with_server "$name" udp 67 measure_exchanges "$name"
        with_server "$name" udp 67 measure_paced "$name"
    done
}
measure_tftp_round() { for name in plugboot dnsmasq tftpd-hpa atftpd; do with_server "$name" udp 69 measure_tftp "$name"; done; }
measure_http_round() { for name in plugboot nginx; do with_server "$name" tcp 80 measure_http "$name"; done; }
measure_nbd_round() { for name in plugboot nbdkit; do with_server "$name" tcp 10809 measure_nbd "$name"; done; }
measure_boot_round() { for name in plugboot dnsmasq+nginx; do with_server "$name" tcp 80 measure_boot "$name"; done; }

measure_round() {
    local name part
    for part in "${wanted[@]}"; do "measure_${part}_round"; done
}

# One line per measure and peer, as objects: the medians and their ratio.
summarize() {
    jq --raw-input --slurp '
        def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
        def rounded: . * 1000 | round / 1000;
        [ split("\n")[] | select(. != "") | split("\t")
          | { name: .[0], unit: .[1], betterIs: .[2], server: .[3], value: (.[4] | tonumber) } ] as $samples
        | (reduce $samples[] as $sample ([];
            if any(.[]; .name == $sample.name and .server == $sample.server) then . else . + [$sample | del(.value)] end)) as $kinds
        | [ $kinds[] | . + { value: (. as $kind | [ $samples[] | select(.name == $kind.name and .server == $kind.server) | .value ] | median) } ] as $medians
        | [ $medians[] | select(.server != "plugboot") | . as $peer
            | ($medians[] | select(.name == $peer.name and .server == "plugboot").value) as $ours
            | { name, unit, ours: ($ours | rounded), peer: (.value | rounded), peerName: .server,
                ratio: (if .value == 0 then null else $ours / .value | rounded end), betterIs } ]
    ' "$samples"
}

print_table() {
    printf '%-38s %-6s %12s %12s  %-14s %7s  %s\n' measure unit ours peer 'peer name' ratio 'better is'
    jq --raw-output '.[] | [.name, .unit, .ours, .peer, .peerName, .ratio // "-", .betterIs] | @tsv' "$output/results.json" |
        while IFS=$'\t' read -r name unit ours peer peer_name ratio better; do
            printf '%-38s %-6s %12s %12s  %-14s %7s  %s\n' "$name" "$unit" "$ours" "$peer" "$peer_name" "$ratio" "$better"
        done
}

inside() {
    local round
    work=$(mktemp --directory "$output/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    lay_wire "$prefix"
    # The client's end of the wire in a namespace of its own, held open by a process that does nothing.
    unshare --net sleep infinity &
    client=$!
    until [ "$(readlink "/proc/$client/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
    ip link set port1 netns "$client"
    on_client ip link set lo up
    on_client ip address add "192.168.100.50/$prefix" dev port1
    on_client ip link set port1 up

    : > "$samples"
    measure_sizes
    for ((round = 1; round <= rounds; round++)); do
        log "round $round of $rounds"
        measure_round
    done
    summarize > "$output/results.json"
    print_table
    log "written to $output/results.json"
}

mkdir -p "$output"
if [ "${1:-}" = inside ]; then
    inside
else
    "$tree/board/common/host-packages.sh" bench
    "$tree/board/common/loaders.sh"
    [ -n "${PLUGBOOT:-}" ] || "$tree/src/publish.sh" linux-x64
    "$tree/tests/rig/sample-library.sh" bench
    unpack_peers
    enclose inside
fi
