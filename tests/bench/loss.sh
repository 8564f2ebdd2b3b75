# SUMMARY: TFTP on a wire that loses packets, with the tools that people have; sourced by bench.sh.
# shellcheck shell=bash disable=SC2154 # variables of the script that sources it

lossy_file=mebibyte.bin
# Seconds after which a transfer counts as one of that length: peers that wait a second for each lost packet need minutes.
loss_patience=10

# lose PERCENT: of the IPv4 packets each way, by nftables where they come in; 0 for none.
lose() {
    nft flush ruleset
    on_client nft flush ruleset
    [ "$1" != 0 ] || return 0
    nft "$(loss_rules port0 "$1")"
    on_client nft "$(loss_rules port1 "$1")"
}

loss_rules() {
    cat << NFT
add table netdev loss
add chain netdev loss in { type filter hook ingress device $1 priority 0; }
add rule netdev loss in meta protocol ip numgen random mod 100 < $2 drop
NFT
}

# fetch_lossy TOOL: seconds for one mebibyte at a block size of 1468; tftp-hpa's client knows only 512. A transfer that is
# given up, or brings something else, counts with all of the patience and returns 1; one that is too slow only counts.
fetch_lossy() {
    local began ended status=0 received=$work/lossy command=()
    case $1 in
        atftp) command=(atftp --option 'blksize 1468' --get --remote-file "$lossy_file" --local-file "$received" "$address") ;;
        curl) command=(curl --silent --fail --tftp-blksize 1468 --output "$received" "tftp://$address/$lossy_file") ;;
        busybox) command=(busybox tftp -g -b 1468 -r "$lossy_file" -l "$received" "$address") ;;
        tftp-hpa) command=(tftp -m binary "$address" -c get "$lossy_file" "$received") ;;
    esac
    rm -f "$received"
    began=$(milliseconds)
    on_client timeout "$loss_patience" "${command[@]}" > /dev/null 2>&1 || status=$?
    ended=$(milliseconds)
    if [ "$status" = 0 ] && cmp --silent "$received" "$media/loaders/$lossy_file"; then
        calculate "($ended - $began) / 1000"
    else
        printf '%s\n' "$loss_patience"
        [ "$status" = 124 ] || return 1
    fi
}

measure_loss() {
    local percent tool given_up
    for percent in 1 5; do
        given_up=0
        lose "$percent"
        for tool in atftp curl busybox tftp-hpa; do
            fetch_lossy "$tool" > "$work/value" || given_up=$((given_up + 1))
            sample "TFTP 1 MiB, $percent % lost, $tool" s lower "$1" "$(< "$work/value")"
        done
        lose 0
        sample "TFTP 1 MiB, $percent % lost, given up" of4 lower "$1" "$given_up"
    done
}

# The peers once: most of their time goes by in waiting, and there is little chance in it.
measure_loss_round() {
    local name servers=(plugboot)
    [ "$round" -gt 1 ] || servers+=(dnsmasq tftpd-hpa atftpd)
    head --bytes=1M "$media/loaders/bench.bin" > "$media/loaders/$lossy_file"
    for name in "${servers[@]}"; do with_server "$name" udp 69 measure_loss "$name"; done
}
