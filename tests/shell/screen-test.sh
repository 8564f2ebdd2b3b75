#!/usr/bin/env bash
# SUMMARY: screen.awk draws a console's last screen: positions, erasing, frames; colours and unknown escapes vanish.
set -euo pipefail
cd "$(dirname "$0")/../rig"

draw() { printf '%b' "$1" | awk -f screen.awk | sed '/^$/d'; }

expect() {
    if [ "$2" != "$3" ]; then
        printf 'screen-test: %s\n--- expected\n%s\n--- drawn\n%s\n' "$1" "$2" "$3" >&2
        exit 1
    fi
}

expect 'text stands where the cursor was put' $'    world\nhello' "$(draw '\033[2;1Hhello\033[1;5Hworld')"
expect 'a cleared screen is forgotten' 'new' "$(draw 'old\r\nolder\033[2J\033[1;1Hnew')"
expect 'the rest of a line is erased' 'ab' "$(draw 'abcdef\033[1;3H\033[K')"
expect 'frames are drawn with ASCII' '+-+x' "$(draw '\033(0lqk\033(Bx')"
expect 'colours leave no trace' 'red' "$(draw '\033[0;31mred\033[0m\033=')"
expect 'what scrolls out of 25 rows is gone' $'2\n26' "$(seq --separator=$'\r\n' 26 | head --bytes=-1 | awk -f screen.awk | sed -n '1p;25p')"
