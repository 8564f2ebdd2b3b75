#!/usr/bin/env bash
# SUMMARY: timeline.sh tells stages in the order they are reached, finds words between escapes, and ends the PC.
set -euo pipefail
cd "$(dirname "$0")/../rig"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'timeline-test: %s\n' "$*" >&2
    exit 1
}

cat > "$work/pc" << 'PC'
#!/bin/sh
printf 'SeaBIOS (version 1)\r\niPXE 1.0.0\r\n'
printf 'http://192.168.100.1/menu.\033[1mipxe... ok'
exec sleep 60 # stays switched on
PC
chmod +x "$work/pc"

stages=$(./timeline.sh 20 'menu script' "$work/log" "$work/pc") || fail 'the last stage was not seen'
[ "$(awk '{ print $2 }' <<< "$stages" | paste --serial --delimiter=' ')" = 'firmware network menu' ] || fail "wrong stages: $stages"
grep --quiet 'SeaBIOS' "$work/log" || fail 'the console is not in the log'

./timeline.sh 20 firmware "$work/log" printf 'SeaBIOS' > /dev/null || fail 'the last words of a PC that ends are lost'

status=0
./timeline.sh 20 kernel "$work/log" sh -c 'printf "iPXE> "; exec sleep 60' > /dev/null 2>&1 || status=$?
[ "$status" = 1 ] || fail "a PC that gave up gives status $status, not 1"

status=0
./timeline.sh 20 kernel "$work/log" printf 'SeaBIOS\n' > /dev/null 2> "$work/errors" || status=$?
[ "$status" = 1 ] || fail "a PC that ends too early gives status $status, not 1"
grep --quiet "the stage 'kernel' was not reached" "$work/errors" || fail 'the missing stage is not named'
