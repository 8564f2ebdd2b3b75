#!/usr/bin/env bash
# SUMMARY: A wrong argument of a build script ends with status 2 and a line that names it.
set -euo pipefail
cd "$(dirname "$0")/../.."

# refuses WORD COMMAND...
refuses() {
    local word=$1 status=0 output
    shift
    output=$("$@" 2>&1) || status=$?
    if [ "$status" != 2 ] || [[ $output != *"$word"* ]]; then
        printf 'usage-test: %s: status %s\n%s\n' "$*" "$status" "$output" >&2
        exit 1
    fi
}

refuses sparc src/publish.sh linux-sparc
refuses party board/common/host-packages.sh party
refuses usage board/common/apt-root.sh fetch
refuses usage tests/rig/sample-library.sh windows
refuses usage tests/rig/pc.sh bios
refuses 'no board' ./create.sh toaster
refuses --base-only ./create.sh pc --base-only --service /bin/true
refuses 'needs a value' ./create.sh pc --from
refuses P-256 env UPDATE_KEY=/etc/hostname board/common/update-bundle.sh key
refuses supplier ./create.sh pc --from yocto
refuses BUILDROOT_DIR tests/buildroot.sh
refuses sparc packaging/deb.sh linux-sparc
refuses usage tests/rig/appliance.sh virt
refuses coreboot env FIRMWARE=coreboot tests/rig/demo.sh
