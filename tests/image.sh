#!/usr/bin/env bash
# SUMMARY: Builds the firmware images that QEMU can run, boots them, and prints what each boot took.
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

"$tree/board/common/host-packages.sh" test-image
"$tree/create.sh" pc
status=0
dotnet test "$tree/tests/Appliance.Image" --nologo --logger 'console;verbosity=normal' || status=$?
[ ! -e "$artifacts/e2e/boots.tsv" ] || awk -F '\t' '{ printf "%-40s %8s %10s\n", $1, $2, $3 }' "$artifacts/e2e/boots.tsv"
exit "$status"
