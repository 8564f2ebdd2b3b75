# SUMMARY: The servers that are measured, each started the way its own manual says; sourced by bench.sh.
# shellcheck shell=bash disable=SC2154 # variables of the script that sources it

# A network with room for more clients than perfdhcp plays, so that no server runs out of addresses.
address=192.168.100.1
prefix=20
pool_start=192.168.104.0
pool_end=192.168.111.250
media=$artifacts/sample/bench

unpack_peers() {
    unpack nginx
    unpack kea-dhcp4-server
    unpack tftpd-hpa
    unpack atftpd
}

# Every start_NAME leaves the server in the background with its log in $work, and its process in $server.

# As server by order: like the others it does not look whether it is alone before its first offer.
start_plugboot() {
    cat > "$work/plugboot.conf" << CONF
interface = br0
address = $address/$prefix
dhcp-pool = $pool_start-$pool_end
media = $media
scrub-rate = 0
loaders = $artifacts/loaders
state = $work/state
dhcp-mode = server
CONF
    "$plugboot" serve --config "$work/plugboot.conf" > "$work/plugboot.log" 2>&1 &
    server=$!
}

# dnsmasq_with OPTION...
dnsmasq_with() {
    dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --log-facility=- \
        --interface=br0 --bind-interfaces --dhcp-authoritative \
        --dhcp-range="$pool_start,$pool_end,12h" --dhcp-lease-max=10000 --dhcp-leasefile="$work/dnsmasq.leases" \
        --dhcp-userclass=set:ipxe,iPXE --dhcp-boot="tag:ipxe,http://$address/menu.ipxe" \
        --enable-tftp --tftp-root="$media/loaders" "$@" > "$work/dnsmasq.log" 2>&1 &
    server=$!
}

start_dnsmasq() { dnsmasq_with; }

# By default it pings each address for three seconds before it offers it, and answers nobody else meanwhile.
start_dnsmasq-no-ping() { dnsmasq_with --no-ping; }

start_nginx() {
    cat > "$work/nginx.conf" << CONF
daemon off; user root; worker_processes auto; pid $work/nginx.pid; error_log $work/nginx.log;
events { }
http {
    access_log off; sendfile on; keepalive_requests 100000;
    client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
    server {
        listen 80;
        root $media;
        location = /health { return 200 OK; }
        location = /menu.ipxe { return 200 "#!ipxe\nshell\n"; }
    }
}
CONF
    (peer_command nginx nginx -c "$work/nginx.conf" -e "$work/nginx.log") &
    server=$!
}

start_nbdkit() {
    nbdkit --foreground --readonly --ipaddr "$address" --port 10809 file "$media/isos/bench.iso" > "$work/nbdkit.log" 2>&1 &
    server=$!
}

# One process that stands for both, so that its children are the servers.
start_dnsmasq+nginx() {
    (
        start_dnsmasq
        start_nginx
        wait
    ) &
    server=$!
}

start_tftpd-hpa() {
    (peer_command tftpd-hpa in.tftpd --foreground --user root --address "$address:69" --secure "$media/loaders") &
    server=$!
}

start_atftpd() {
    (peer_command atftpd atftpd --daemon --no-fork --user root --group root --bind-address "$address" \
        --logfile "$work/atftpd.log" "$media/loaders") &
    server=$!
}

start_kea() {
    cat > "$work/kea.conf" << CONF
{ "Dhcp4": {
    "interfaces-config": { "interfaces": [ "br0" ] },
    "lease-database": { "type": "memfile", "persist": true, "name": "$work/kea.leases" },
    "loggers": [ { "name": "kea-dhcp4", "severity": "WARN", "output_options": [ { "output": "$work/kea.log" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "192.168.96.0/$prefix", "pools": [ { "pool": "$pool_start - $pool_end" } ] } ]
} }
CONF
    (KEA_PIDFILE_DIR=$work KEA_LOCKFILE_DIR=none peer_command kea-dhcp4-server kea-dhcp4 -c "$work/kea.conf" > "$work/kea.out" 2>&1) &
    server=$!
}

# processes: the server and all its descendants.
processes() {
    local pending=("$server") process
    while [ "${#pending[@]}" -gt 0 ]; do
        process=${pending[0]}
        pending=("${pending[@]:1}")
        printf '%s\n' "$process"
        mapfile -t -O "${#pending[@]}" pending < <(cat "/proc/$process/task/"*/children 2> /dev/null | tr ' ' '\n' | grep .)
    done
}

# stop_server: ends it and waits, so that its ports are free.
stop_server() {
    local members
    mapfile -t members < <(processes)
    kill "${members[@]}" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    # The children of a wrapper are not ours to wait for.
    while [ -n "$(ss --no-header --listening --tcp --udp --numeric '( sport = :80 or sport = :67 or sport = :69 or sport = :10809 )')" ]; do
        kill "${members[@]}" 2> /dev/null || true
        sleep 0.02
    done
}

# await_port tcp|udp NUMBER: until the server listens there.
await_port() {
    local deadline=$((SECONDS + 15))
    until [ -n "$(ss --no-header --listening "--$1" --numeric "sport = :$2")" ]; do
        if ! kill -0 "$server" 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            tail --lines=5 "$work"/*.log "$work"/*.out >&2 2> /dev/null || true
            die "a server did not start listening on $1 port $2: see above and $work"
        fi
        sleep 0.02
    done
}

# await_library: until Plugboot knows its image, which it takes for complete when nobody has written to it for 2 s.
await_library() {
    local deadline=$((SECONDS + 15))
    until grep --quiet 'Library: 1 images, 0 not ready' "$work/plugboot.log"; do
        if ! kill -0 "$server" 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
            cat "$work/plugboot.log" >&2
            die 'plugboot did not find its image: see above'
        fi
        sleep 0.02
    done
}
