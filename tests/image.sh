#!/usr/bin/env bash
# SUMMARY: Builds the firmware images that QEMU can run, boots them, and prints what each boot took.
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

"$tree/board/common/host-packages.sh" test-image
"$tree/create.sh" pc
# As base systems: not every package source has what the daemon is compiled with for ARM.
"$tree/create.sh" nanopi-neo --from debian --base-only
"$tree/create.sh" qemu-armv7 --base-only
status=0
dotnet test "$tree/tests/Appliance.Image" --nologo --logger 'console;verbosity=normal' || status=$?
[ ! -e "$artifacts/e2e/boots.tsv" ] || awk -F '\t' '{ printf "%-40s %8s %10s\n", $1, $2, $3 }' "$artifacts/e2e/boots.tsv"
exit "$status"
