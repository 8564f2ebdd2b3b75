#!/usr/bin/env bash
# SUMMARY: Runs a PC, stamps its console in seconds from power-on, and prints when each stage of the boot is reached.
#
# Ends the PC at the last stage (status 0) or when the time is up (status 1). Reads characters, not lines: menus and
# installers draw screens that never end a line.
set -euo pipefail
export LC_ALL=C

usage='usage: timeline.sh SECONDS LAST-STAGE LOG COMMAND...'
[ $# -ge 4 ] || { printf '%s\n' "$usage" >&2 && exit 2; }
limit=$1 last=$2 log=$3
shift 3

# stage | what the console shows when it is reached, in the order of a boot
stages=(
    'firmware|SeaBIOS|UEFI|BdsDxe|Start (PXE|HTTP)'
    'network firmware|iPXE [0-9(v]|Start PXE over|Start HTTP Boot'
    'loader|iPXE initialising devices|iPXE 1\.21|NBP file downloaded'
    'shim and GRUB|Fetching Netboot Image|Secure Boot is off|GNU GRUB'
    'address|192\.168\.100\.1[0-9][0-9]'
    'menu script|menu\.ipxe'
    'kernel download|vmlinuz'
    'kernel|Linux version'
    'installer|(Choose|Select a) language'
)

# What firmware and iPXE show when nothing on the network booted.
gave_up='iPXE> |UEFI Interactive Shell|No bootable device'

# plain TEXT: without line ends and the escapes that place and colour, which stand between the words of a screen.
plain() { printf "%s" "$1" | sed $'s/\033\\[[0-9;?]*[A-Za-z]//g' | tr --delete "\r\n"; }

now() { printf '%s' "${EPOCHREALTIME/./}"; }

# seconds: since power-on, with milliseconds
seconds() {
    local elapsed=$(($(now) - start))
    printf '%3d.%03d' $((elapsed / 1000000)) $((elapsed / 1000 % 1000))
}

# Prints the stages that the text shows for the first time; true when the last one is among them.
report() {
    local entry name done=1
    for entry in "${stages[@]}"; do
        name=${entry%%|*}
        if [ -z "${reached[$name]:-}" ] && [[ $1 =~ ${entry#*|} ]]; then
            reached[$name]=$(seconds)
            printf '%9s  %s\n' "${reached[$name]}" "$name"
            [ "$name" != "$last" ] || done=0
        fi
    done
    return "$done"
}

declare -A reached=()
start=$(now)
# A process group of its own, so that it ends with all its children.
coproc pc { exec setsid "$@" < /dev/null 2>&1; }
# shellcheck disable=SC2154 # coproc sets it
pid=$pc_PID
exec {console}<&"${pc[0]}"
trap 'kill -- "-$pid" "$pid" 2> /dev/null || true' EXIT
: > "$log"

text='' chunk='' status=0 reached_last='' patience=0.05
while (($(now) - start < limit * 1000000)); do
    status=0
    IFS= read -r -d '' -n 512 -t "$patience" -u "$console" chunk || status=$?
    if [ -n "$chunk" ]; then
        printf '%s' "$chunk" >> "$log"
        text+=$chunk
        if [ -z "$reached_last" ] && report "$(plain "$text")"; then
            reached_last=$(now)
            patience=0.5
        elif [[ $(plain "$text") =~ $gave_up ]]; then
            break
        fi
        # The tail suffices: a mark is never longer than a line.
        [ "${#text}" -le 600 ] || text=${text: -600}
    fi
    # The last stage is a screen that is still being drawn: it is whole when the line falls silent.
    if [ -n "$reached_last" ] && { [ -z "$chunk" ] || (($(now) - reached_last > 3000000)); }; then
        exit 0
    fi
    # 1: the console has closed; above 128: nothing came in time
    [ "$status" != 1 ] || break
done
[ -z "$reached_last" ] || exit 0
printf '%9s  %s\n' "$(seconds)" "the stage '$last' was not reached; the console is in $log" >&2
exit 1
