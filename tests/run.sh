#!/usr/bin/env bash
# SUMMARY: Runs the suites one after another; the last line is "N passed, N failed". Status 1 when anything failed.
#
# run.sh       everything but the tests marked Suite=all (arm64 firmware, the slow journeys)
# run.sh all   everything
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

case ${1:-} in
    '') purpose=test filter=(--filter 'Suite!=all') scripts=() ;;
    all) purpose=test-all filter=() scripts=("$tree/tests/deb.sh") ;;
    *) die "usage: $program [all]" ;;
esac

results=$artifacts/results
passed=0 failed=0

# count PASSED FAILED NAME: adds a suite to the sum.
count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
    printf '== %s: %d passed, %d failed\n' "$3" "$1" "$2"
}

# attribute FILE NAME: a counter out of a test result file.
attribute() { sed --quiet "s/.*<Counters.* $2=\"\([0-9]*\)\".*/\1/p" "$1"; }

# dotnet_suite NAME FOLDER [OPTION...]: a suite that ends without results (it does not compile) is one failure.
dotnet_suite() {
    local name=$1 folder=$2 file status=0
    shift 2
    file=$results/${folder##*/}.trx
    printf '== %s\n' "$name"
    dotnet test "$tree/$folder" --nologo --logger "trx;LogFileName=$file" --logger 'console;verbosity=minimal' "$@" || status=$?
    if [ ! -s "$file" ]; then
        count 0 1 "$name"
    else
        local good bad
        good=$(attribute "$file" passed)
        # What was neither passed nor failed (skipped, aborted) proves nothing, and so has failed.
        bad=$(($(attribute "$file" total) - good))
        # So has a suite in which no test was found.
        if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
            bad=1
        fi
        count "$good" "$bad" "$name"
    fi
}

# axe_core: what judges the admin page, into artifacts/axe; its sum is in the lock file.
axe_core() {
    mkdir -p "$artifacts/axe"
    cp "$tree/tests/page/package.json" "$tree/tests/page/package-lock.json" "$artifacts/axe/"
    (cd "$artifacts/axe" && npm ci --ignore-scripts --no-audit --no-fund --silent) ||
        log 'axe-core could not be installed (npm ci in artifacts/axe): its test will fail'
}

# shell_suite [SCRIPT...]: those of tests/shell and these. Each script is one test.
shell_suite() {
    local script good=0 bad=0
    for script in "$tree"/tests/shell/*-test.sh "$@"; do
        if "$script"; then
            good=$((good + 1))
        else
            bad=$((bad + 1))
            log "failed: $script"
        fi
    done
    count "$good" "$bad" 'shell'
}

"$tree/board/common/host-packages.sh" "$purpose"
rm -rf "$results"
mkdir -p "$results"
[ "$purpose" = test ] || axe_core
shell_suite "${scripts[@]}"
dotnet_suite 'formats' tests/Appliance.Formats.Tests
dotnet_suite 'daemon' tests/Appliance.Tests "${filter[@]}"
dotnet_suite 'fuzz' tests/Appliance.Fuzz
# A daemon that cannot be published fails the journeys; the suites before have said why.
if "$tree/board/common/loaders.sh" && "$tree/src/publish.sh" linux-x64; then
    dotnet_suite 'journeys' tests/Appliance.E2E "${filter[@]}"
    [ ! -e "$artifacts/e2e/boots.tsv" ] || awk -F '\t' '{ printf "%-40s %8s %10s\n", $1, $2, $3 }' "$artifacts/e2e/boots.tsv"
else
    count 0 1 'journeys'
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
