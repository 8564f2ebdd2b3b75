# SUMMARY: What every script on the build host needs; sourced, never run.
# shellcheck shell=bash disable=SC2034

# The root of the working tree, and the folder that every output goes to.
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$tree/artifacts
program=${0##*/}

log() { printf '%s: %s\n' "$program" "$*" >&2; }

die() {
    log "$*"
    exit 2
}

# have COMMAND: whether it can be run, also when the caller's PATH lacks the administrator's folders.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
have() { command -v "$1" > /dev/null; }

# sha256 FILE: its digest alone.
sha256() { sha256sum "$1" | cut --delimiter=' ' --fields=1; }
