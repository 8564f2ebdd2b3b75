# SUMMARY: What is measured, one function each; sourced by bench.sh. Each prints one number for the server that runs.
# shellcheck shell=bash disable=SC2154 # variables of the script that sources it

image_url=http://$address/isos/bench.iso
# Times that the image of half a gigabyte is fetched for one HTTP sample: enough ticks of the CPU clock (10 ms) to divide by.
http_fetches=8
nbd_copies=8

# on_client COMMAND...: runs it at the other end of the wire.
on_client() { nsenter --net="/proc/$client/ns/net" "$@"; }

# milliseconds: now, on the monotonic side of things as far as a shell has one
milliseconds() { printf '%s' $((${EPOCHREALTIME/[.,]/} / 1000)); }

# calculate EXPRESSION: with three decimals
calculate() { awk "BEGIN { printf \"%.3f\n\", $1 }"; }

# cpu_seconds: that the server's processes have used, with their finished children (proc(5): stat, fields 14 to 17).
cpu_seconds() {
    local process stat
    for process in $(processes); do
        stat=$(< "/proc/$process/stat")
        printf '%s\n' "${stat##*) }"
    done | awk -v hertz="$(getconf CLK_TCK)" '{ sum += $12 + $13 + $14 + $15 } END { printf "%.2f\n", sum / hertz }'
}

# memory FIELD: sum over the server's processes in MB; VmRSS now, VmHWM at most.
memory() {
    local process
    for process in $(processes); do
        grep "^$1:" "/proc/$process/status" || true
    done | awk '{ sum += $2 } END { printf "%.1f\n", sum / 1024 }'
}

# first_http_answer START-FUNCTION: milliseconds from exec to the first answer. One shell that knocks without pause,
# because starting a client for each try would take longer than the server.
first_http_answer() {
    local began
    began=$(milliseconds)
    "$1"
    # shellcheck disable=SC2016 # for the inner shell
    on_client bash -c '
        until exec 3<> "/dev/tcp/$0/80"; do :; done 2> /dev/null
        printf "GET /health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" "$0" >&3
        read -r line <&3 && [[ $line == *200* ]]' "$address" || die "no answer to GET /health"
    printf '%s\n' $(($(milliseconds) - began))
}

# first_offer: milliseconds from the DISCOVER of a client that was never seen to its OFFER. A server that is slower than
# perfdhcp's patience counts with all of it.
first_offer() {
    local output mac
    mac=$(printf "02:70:62:%02x:%02x:%02x" $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)))
    # It ends as soon as it has sent its one DISCOVER, unless it is told to wait (-W, in microseconds).
    output=$(on_client perfdhcp -4 -l port1 -n 1 -r 1 -R 1 -b "mac=$mac" -d 5 -W 5000000 2> /dev/null || true)
    awk '/^avg delay: [0-9]/ && value == "" { value = $3 } END { print value == "" ? 5000 : value }' <<< "$output"
}

# tftp BLKSIZE WINDOWSIZE: MB/s of one client that fetches 64 MiB. curl in lockstep; atftp where there is a window.
tftp() {
    local began ended bytes=$((64 * 1048576))
    began=$(milliseconds)
    if [ "$2" = 1 ]; then
        on_client curl --silent --fail --tftp-blksize "$1" --output /dev/null "tftp://$address/bench.bin"
    else
        on_client atftp --option "blksize $1" --option "windowsize $2" \
            --get --remote-file bench.bin --local-file /dev/null "$address" > /dev/null 2>&1
    fi || die "the transfer failed: TFTP, blksize $1, windowsize $2"
    ended=$(milliseconds)
    calculate "$bytes / 1000 / ($ended - $began)"
}

# cpu_per_gib BYTES BEFORE: CPU seconds of the server since it had used BEFORE, for each GiB of these bytes.
cpu_per_gib() { calculate "($(cpu_seconds) - $2) * 1073741824 / $1"; }

# http URL: "MB/s CPU-seconds-per-GiB" of one client that fetches half a gigabyte several times over one connection.
http() {
    local began ended before bytes urls=()
    bytes=$(($(stat --format=%s "$media/isos/bench.iso") * http_fetches))
    for ((i = 0; i < http_fetches; i++)); do
        urls+=(--output /dev/null "$1")
    done
    before=$(cpu_seconds)
    began=$(milliseconds)
    on_client curl --silent --fail "${urls[@]}" || die "the transfer failed: $1"
    ended=$(milliseconds)
    printf '%s %s\n' "$(calculate "$bytes / 1000 / ($ended - $began)")" "$(cpu_per_gib "$bytes" "$before")"
}

# http_ranges LENGTH: "requests-per-second CPU-microseconds-per-request" of one client that asks for random ranges of the
# image one after another over one connection, as firmware does that boots it as a disc (sanboot).
http_ranges() {
    local before requests bytes microseconds
    before=$(cpu_seconds)
    read -r requests bytes microseconds < <(on_client wrk --threads 1 --connections 1 --duration 3s \
        --script "$tree/tests/bench/ranges.lua" "$image_url" -- "$1" "$(stat --format=%s "$media/isos/bench.iso")" | tail --lines=1)
    # Each with its head, and none of them the whole image.
    if [ "${bytes:-0}" -le $((requests * $1)) ] || [ "$bytes" -gt $((requests * ($1 + 1024))) ]; then
        die "the ranges of $1 bytes failed: ${requests:-no} requests, ${bytes:-no} bytes"
    fi
    printf '%s %s\n' "$(calculate "$requests * 1000000 / $microseconds")" \
        "$(calculate "($(cpu_seconds) - $before) * 1000000 / $requests")"
}

# nbd CONNECTIONS: "MB/s CPU-seconds-per-GiB client's-CPUs" of one client that reads the image several times, with 64 requests
# of 256 KiB on the way on each connection (nbdcopy's defaults). The last is how many CPUs nbdcopy itself kept busy: one
# connection has one thread of it, so what comes near 1 there can be no faster, whoever serves.
nbd() {
    local began ended before bytes i client_seconds TIMEFORMAT='%U %S'
    bytes=$(($(stat --format=%s "$media/isos/bench.iso") * nbd_copies))
    before=$(cpu_seconds)
    began=$(milliseconds)
    client_seconds=$({ time for ((i = 0; i < nbd_copies; i++)); do
        on_client nbdcopy --connections="$1" "nbd://$address/bench" null: > /dev/null 2>> "$work/nbdcopy.log" || exit 1
    done; } 2>&1) || die "the transfer failed: NBD: see $work/nbdcopy.log"
    ended=$(milliseconds)
    printf '%s %s %s\n' "$(calculate "$bytes / 1000 / ($ended - $began)")" "$(cpu_per_gib "$bytes" "$before")" \
        "$(calculate "(${client_seconds/ / + }) * 1000 / ($ended - $began)")"
}

# exchanges: complete DHCP exchanges per second of 1,500 clients, as fast as they go, for five seconds. So many, because
# Plugboot answers one client 20 times in a second and no more.
exchanges() {
    on_client perfdhcp -4 -l port1 -R 1500 -p 5 2> /dev/null | awk '/^Rate:/ { print $2; exit }'
}

# paced: 3,000 exchanges, 300 of them each second; perfdhcp's report, with the times of all packets, in $work/perfdhcp.
paced() {
    on_client perfdhcp -4 -l port1 -R 1500 -r 300 -n 3000 -W 2000000 -x t > "$work/perfdhcp" 2> /dev/null || true
    grep --quiet '^Rate:' "$work/perfdhcp" || die "perfdhcp made no report: see $work/perfdhcp"
}

# paced_drops: packets without an answer.
paced_drops() { awk '/^drops: / { sum += $2 } END { print sum + 0 }' "$work/perfdhcp"; }

# paced_p99 EXCHANGE: milliseconds in which 99 of 100 answers came, such as DISCOVER-OFFER.
paced_p99() {
    sed --quiet "/^\*\*\*Timestamps for packets: $1/,/^\$/s|^sent / received: ||p" "$work/perfdhcp" |
        awk '{ printf "%.3f\n", ($3 - $1) * 1000 }' | sort --numeric-sort |
        awk '{ value[NR] = $1 } END { print NR ? value[int((NR * 99 + 99) / 100)] : 5000 }'
}

# boot: seconds from power-on of a BIOS PC to its request for the menu script.
boot() {
    "$tree/tests/rig/timeline.sh" 120 'menu script' "$work/console.log" "$tree/tests/rig/pc.sh" bios tap0 |
        awk '/menu script/ { print $1 }'
}
