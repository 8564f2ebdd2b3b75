#!/bin/sh
# SUMMARY: What udhcpc runs: prints the event and the lease, and configures nothing.
set -eu
# shellcheck disable=SC2154 # udhcpc sets them
printf '%s ip=%s subnet=%s serverid=%s\n' "$1" "${ip:-}" "${subnet:-}" "${serverid:-}"
