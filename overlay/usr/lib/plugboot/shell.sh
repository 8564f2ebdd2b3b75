# SUMMARY: What the scripts of the image share; sourced, never run.
# shellcheck shell=dash

PATH=/usr/bin
export PATH

# What has gone wrong since power-on, a line each: the status light says that something has.
alarms=/run/plugboot/alarms

# The consoles of the kernel's command line, as devices.
consoles() {
    local names name
    read -r names < /sys/class/tty/console/active
    for name in $names; do
        printf '/dev/%s ' "$name"
    done
}

# say TEXT: on every console, with the seconds since the kernel started, and in the log.
say() {
    local uptime line console
    read -r uptime _ < /proc/uptime
    line="[$uptime] plugboot: $*"
    for console in $(consoles); do
        # A console may be named that the machine does not have.
        { printf '%s\n' "$line" > "$console"; } 2> /dev/null || true
    done
    printf '%s\n' "$line" >> /run/plugboot/boot.log
}

# alarm TEXT: something does not work; on the consoles, and by the status light.
alarm() {
    printf '%s\n' "$*" >> "$alarms"
    say "WARNING: $*"
    status_light timer
}

# status_light TRIGGER: the light that the board calls its own, if it has one; the kernel then blinks it, whoever dies.
status_light() {
    local light
    light=$(board_value STATUS_LED)
    if [ -n "$light" ] && [ -e "/sys/class/leds/$light/trigger" ]; then
        printf '%s' "$1" > "/sys/class/leds/$light/trigger" || true
    fi
}

# board_value NAME: out of the board's definition.
board_value() {
    sed -n "s/^$1=//p" /etc/plugboot/board.env | tr -d "'"
}

settings=/etc/plugboot/plugboot.conf

# setting NAME DEFAULT: as the daemon reads it from the owner's file: the last counts, in quotes or up to a comment.
setting() {
    local value=''
    [ ! -r "$settings" ] ||
        value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$settings" | tr -d '\r' | sed -n '$p' |
            sed -e 's/^"\([^"]*\)".*/\1/' -e t -e 's/ #.*//' -e 's/[[:space:]]*$//')
    printf '%s' "${value:-$2}"
}

# await SECONDS COMMAND...: until it succeeds; false when the time is up.
await() {
    local tries=$(($1 * 20))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        usleep 50000
    done
}
