#!/usr/bin/env bash
# SUMMARY: Checks each board's Buildroot configuration against the tree BUILDROOT_DIR; downloads and compiles nothing of it.
#
# buildroot.sh [BOARD...]: symbols that this Buildroot does not know, packages without a digest, kernel options that Kconfig
# refuses, the style of Buildroot's own checker, layouts of the images.
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"
# shellcheck source=../board/common/board.sh
source "$(dirname "$0")/../board/common/board.sh"

external=$tree/buildroot-external
[ -f "${BUILDROOT_DIR:-}/Makefile.legacy" ] || die "BUILDROOT_DIR names no tree of Buildroot: make check-buildroot BUILDROOT_DIR=..."

buildroot() {
    env --unset=MAKEFLAGS --unset=MAKEOVERRIDES --unset=MFLAGS --unset=MAKELEVEL --unset=BOARD \
        make --silent --no-print-directory --directory="$BUILDROOT_DIR" O="$output" BR2_EXTERNAL="$external" "$@"
}

# Buildroot drops in silence what it does not know, or what its dependencies do not allow.
check_defconfig() {
    buildroot "${board}_defconfig" > "$output/defconfig.log" 2>&1 || { cat "$output/defconfig.log" >&2 && die "$board: no configuration"; }
    buildroot savedefconfig BR2_DEFCONFIG="$output/saved" > /dev/null
    diff "$external/configs/${board}_defconfig" "$output/saved" ||
        die "$board: Buildroot would save another configuration (<: ours): ./create.sh $board savedefconfig"
}

# says QUESTION [OPTION...]: asks the packages' description in JSON.
says() { jq --exit-status "$1" "${@:2}" < "$output/info.json" > /dev/null || die "$board: this is not so: $1 ($output/info.json)"; }

# shellcheck disable=SC2016 # $ARGS is jq's
check_packages() {
    local blob blobs=()
    for blob in ${LOADER_BLOBS:-}; do
        blobs+=("${blob%%:*}")
    done
    buildroot show-info > "$output/info.json"
    says '[.[] | select(.downloads != [] and .hashes == [] and .name != "plugboot")] == []'
    says '.linux.version | startswith("6.12.")'
    says '.plugboot.downloads[0].uris[0] | startswith("local+")'
    # The order of a start is ours alone.
    says 'has("ifupdown-scripts") or has("initscripts") | not'
    [ "${#blobs[@]}" = 0 ] || says '.["exynos5422-boot-blobs"] | .redistributable == false and
        ([.downloads[].source] | join(" ")) == $ARGS.positional[0]' --args "${blobs[*]}"
}

check_daemon() {
    local variables linker
    variables=$(buildroot printvars VARS='PLUGBOOT_RID PLUGBOOT_DOTNET_OPTS' PLUGBOOT_SERVICE=)
    grep --quiet --line-regexp "PLUGBOOT_RID=$RID" <<< "$variables" || die "$board: the package compiles for $variables, the board is $RID"
    linker=$(grep --only-matching --max-count=1 'CppCompilerAndLinker=[^ ]*' <<< "$variables")
    [ -x "${linker#*=}" ] || die "$board: the package's linker is not there: $linker"
}

# In a shell of its own: boards do not inherit from each other.
check_board() (
    read_board "$1"
    output=$artifacts/buildroot-check/$board
    mkdir -p "$output"
    check_defconfig
    check_packages
    check_daemon
    "$tree/board/common/linux.sh" "$board" config
    log "$board is in order"
)

cd "$external"
# Debian's Python: its packages are what host-packages.sh installs.
mapfile -t files < <(git ls-files --cached --others --exclude-standard .)
/usr/bin/python3 "$BUILDROOT_DIR/utils/check-package" --br2-external "${files[@]}"

[ $# -gt 0 ] || { mapfile -t all < <(boards) && set -- "${all[@]}"; }
for name in "$@"; do
    check_board "$name"
done
"$tree/tests/shell/buildroot-test.sh"
"$tree/tests/shell/boot-area-test.sh"
log 'all in order'
