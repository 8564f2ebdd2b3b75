# SUMMARY: The admin page: bringing an image, beside dd to the same disk, and many who watch; sourced by bench.sh.
# shellcheck shell=bash disable=SC2154 # variables of the script that sources it

upload_mib=1024
watchers=50
admin_url=http://$address:8081

# sign_in: sets the header of a session. The first password is in the log.
sign_in() {
    local password token
    until password=$(sed --quiet 's/.*its password \([^ ]*\) .*/\1/p' "$work/plugboot.log") && [ -n "$password" ]; do sleep 0.05; done
    token=$(on_client curl --silent --fail --json "{\"username\": \"admin\", \"password\": \"$password\"}" "$admin_url/api/login" | jq --raw-output .data.token)
    authorization="Authorization: Bearer $token"
}

# megabytes_per_second BEGAN: for an upload that began then and is on disk now.
megabytes_per_second() { calculate "$upload_mib * 1048.576 / ($(milliseconds) - $1)"; }

# upload: MB/s of an image that is brought by curl and is on disk when it is answered.
upload() {
    local began
    began=$(milliseconds)
    on_client curl --silent --fail --output /dev/null --header "$authorization" --upload-file "$work/upload.img" \
        "$admin_url/api/images/upload?filename=bench-upload.img" || die 'the upload failed'
    megabytes_per_second "$began"
    rm "$media/isos/bench-upload.img"
}

# disk: MB/s of dd from the same file to the same disk, with its flush.
disk() {
    local began
    began=$(milliseconds)
    dd if="$work/upload.img" of="$media/isos/.dd" bs=1M conv=fsync status=none
    megabytes_per_second "$began"
    rm "$media/isos/.dd"
}

# watched: resident MB while so many look at the page's events, each of them told what happens.
watched() {
    local i pids=()
    for ((i = 0; i < watchers; i++)); do
        on_client curl --silent --no-buffer --header "$authorization" --output "$work/events.$i" "$admin_url/api/events" &
        pids+=("$!")
    done
    for ((i = 0; i < watchers; i++)); do
        until grep --quiet '^event: logs' "$work/events.$i" 2> /dev/null; do sleep 0.05; done
    done
    on_client curl --silent --fail --output /dev/null --request POST --header "$authorization" "$admin_url/api/scan"
    sleep 2
    memory VmRSS
    kill "${pids[@]}"
    wait "${pids[@]}" 2> /dev/null || true
    rm -f "$work"/events.*
}

measure_admin() {
    sign_in
    # From the page cache, as what comes over a wire does.
    [ -e "$work/upload.img" ] || head --bytes="${upload_mib}M" /dev/urandom > "$work/upload.img"
    cat "$work/upload.img" > /dev/null
    sample 'upload of a GiB' MB/s higher plugboot "$(upload)"
    sample 'upload of a GiB' MB/s higher dd "$(disk)"
    sample "RSS with $watchers who watch" MB lower plugboot "$(watched)"
    # Nobody else has such a page; the limit that it was given stands for one.
    sample "RSS with $watchers who watch" MB lower limit 64
}

measure_admin_round() { with_server plugboot tcp 8081 measure_admin; }
