#!/usr/bin/env bash
# SUMMARY: Compiles a board's kernel from Debian's source package and configs/linux, into artifacts/linux/FRAGMENTS.
#
# Boards with the same fragments share the result. A symbol that a fragment wants and Kconfig refuses ends the build:
# such a kernel would compile, and hang in silence on the board.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

usage='usage: linux.sh BOARD [config]'
# A long-term release (to the end of 2028) that bookworm has as a package too.
package=linux-source-6.12
suite=bookworm

# The source, unpacked once for all boards; prints where.
unpack_source() {
    local deb folder=$artifacts/linux/source work
    # In a command substitution a failure does not end the shell.
    deb=$("$tree/board/common/apt-root.sh" fetch "$suite" "$package") || return
    exec 8> "$artifacts/linux/source.lock"
    flock 8
    if [ "$(cat "$folder/.made-of" 2> /dev/null)" != "${deb##*/}" ]; then
        log "unpacking ${deb##*/}"
        work=$(mktemp --directory "$folder.new.XXXXXX") || return
        dpkg-deb --fsys-tarfile "$deb" | tar --extract --to-stdout "./usr/src/$package.tar.xz" |
            tar --extract --xz --strip-components=1 --directory "$work" ||
            { rm -rf "$work" && die "${deb##*/} cannot be unpacked: see above; is the disk full?"; }
        printf '%s\n' "${deb##*/}" > "$work/.made-of"
        rm -rf "$folder"
        mv "$work" "$folder"
    fi
    exec 8>&-
    printf '%s' "$folder"
}

# The fragments in their order; the last word on a symbol counts.
fragments() {
    local name
    for name in $KERNEL_FRAGMENTS; do
        cat "$tree/configs/linux/$name.fragment"
    done
}

# wanted: "SYMBOL VALUE" for each symbol that the fragments turn on.
wanted() {
    fragments | awk -F= '
        /^CONFIG_/ { value[$1] = substr($0, length($1) + 2) }
        /^# CONFIG_.* is not set/ { split($0, word, " "); delete value[word[2]] }
        END { for (symbol in value) print symbol, value[symbol] }' | sort
}

# refused: what of it the configuration lacks. Built in where a module was wanted is fine.
refused() {
    local symbol value
    while read -r symbol value; do
        grep --quiet --line-regexp --fixed-strings "$symbol=$value" "$output/.config" ||
            { [ "$value" = m ] && grep --quiet --line-regexp "$symbol=y" "$output/.config"; } ||
            printf '%s=%s ' "$symbol" "$value"
    done < <(wanted)
}

kernel_make() {
    # The same source gives the same kernel, whoever compiles it and when. A changed one takes ccache a fraction of the time;
    # CCACHE_DEPEND spares the first one a second run of the preprocessor.
    CCACHE_DEPEND=1 KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=plugboot KBUILD_BUILD_HOST=plugboot \
        nice -n "${NICENESS:-10}" make --silent --directory="$source" O="$output" ARCH="$KERNEL_ARCHITECTURE" \
        CROSS_COMPILE="ccache $CROSS_COMPILE" "$@"
}

configure() {
    local missing
    fragments > "$output/.config"
    kernel_make olddefconfig > "$output/config.log" 2>&1 || { cat "$output/config.log" >&2 && die "the kernel is not configured: see above"; }
    missing=$(refused)
    [ -z "$missing" ] ||
        die "Kconfig refuses ${missing% }: correct configs/linux (dependencies: 'make menuconfig', key /, in $source)"
}

compile() {
    log "compiling Linux for '$KERNEL_FRAGMENTS' (the log: $output/build.log)"
    kernel_make --jobs="$(nproc)" "$KERNEL_TARGET" modules > "$output/build.log" 2>&1 ||
        { tail --lines=30 "$output/build.log" >&2 && die "the kernel does not compile: see above and $output/build.log"; }
    rm -rf "$output/modules"
    kernel_make INSTALL_MOD_PATH="$output/modules" INSTALL_MOD_STRIP=1 modules_install >> "$output/build.log" 2>&1 ||
        die "the modules are not installed: see $output/build.log"
    # Links to this machine's folders
    find "$output/modules" -type l -delete
}

[ $# -ge 1 ] || die "$usage"
read_board "$1"
output=$artifacts/linux/${KERNEL_FRAGMENTS// /-}
mkdir -p "$output"
source=$(unpack_source)
exec 9> "$output/lock"
flock 9
case ${2:-} in
    '') ;;
    config) configure && exit ;;
    *) die "$usage" ;;
esac
current=$({ fragments && cat "$0" "$source/.made-of"; } | sha256sum)
if [ "$(cat "$output/.made-by" 2> /dev/null)" != "$current" ]; then
    rm -f "$output/.made-by"
    configure
    compile
    printf '%s\n' "$current" > "$output/.made-by"
fi
# A target each, so that a board's device tree costs nothing to others; make knows what is current.
for device_tree in $DEVICE_TREES; do
    kernel_make "$device_tree"
done
printf '%s\n' "$output"
