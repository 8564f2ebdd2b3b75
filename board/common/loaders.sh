#!/usr/bin/env bash
# SUMMARY: Collects the boot loaders that clients are given, from Debian's packages, into artifacts/loaders.
#
# Trixie, because its iPXE is the first with snponly and arm64, and its signed GRUB (2.12) the first that loads a
# configuration over HTTP boot. Nothing is installed on the host. manifest.json names each file's package and digest.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"

suite=trixie
output=${1:-$artifacts/loaders}

# published name | package | path in the package. shim asks for grubx64.efi and grubaa64.efi by exactly these names.
table="
undionly.kpxe          ipxe                        usr/lib/ipxe/undionly.kpxe
ipxe.pxe               ipxe                        usr/lib/ipxe/ipxe.pxe
snponly.efi            ipxe                        usr/lib/ipxe/snponly.efi
ipxe-amd64.efi         ipxe                        usr/lib/ipxe/ipxe-amd64.efi
ipxe-arm64.efi         ipxe                        usr/lib/ipxe/ipxe-arm64.efi
shimx64.efi            shim-signed:amd64           usr/lib/shim/shimx64.efi.signed
grubx64.efi            grub-efi-amd64-signed:amd64 usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed
shimaa64.efi           shim-signed:arm64           usr/lib/shim/shimaa64.efi.signed
grubaa64.efi           grub-efi-arm64-signed:arm64 usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed
memdisk                syslinux-common             usr/lib/syslinux/memdisk
memtest86plus-x64.efi  memtest86+:amd64            boot/memtest86+x64.efi
"

rows() { printf '%s' "$table" | grep --invert-match '^$'; }

# Whether the output is whole, unchanged, and made by this very script.
is_current() {
    [ -s "$output/manifest.json" ] && [ "$(cat "$output/.made-by" 2> /dev/null)" = "$(sha256 "$0")" ] &&
        (cd "$output" && sha256sum --check --status .sha256sums)
}

# unpack PACKAGES...: each .deb into a folder of its own, because both architectures of shim hold the same documents.
unpack() {
    local package deb index=0
    "$(dirname "$0")/apt-root.sh" fetch "$suite" "$@" > "$work/debs"
    mapfile -t debs < "$work/debs"
    for package in "$@"; do
        deb=${debs[index++]}
        dpkg-deb --extract "$deb" "$work/$package"
        printf '%s %s\n' "$package" "$(dpkg-deb --field "$deb" Version)" >> "$work/versions"
    done
}

# Publishes every row of the table and writes manifest.json beside the files.
collect() {
    local name package path version separator=''
    {
        printf '{\n  "suite": "%s",\n  "files": [' "$suite"
        while read -r name package path; do
            [ -f "$work/$package/$path" ] || die "$package no longer holds $path: update the table in $program"
            install -m 644 "$work/$package/$path" "$work/out/$name"
            version=$(awk -v package="$package" '$1 == package { print $2 }' "$work/versions")
            printf '%s\n    { "file": "%s", "package": "%s", "version": "%s", "sha256": "%s" }' \
                "$separator" "$name" "$package" "$version" "$(sha256 "$work/out/$name")"
            separator=,
        done < <(rows)
        printf '\n  ]\n}\n'
    } > "$work/out/manifest.json"
    (cd "$work/out" && sha256sum -- * > .sha256sums)
    sha256 "$0" > "$work/out/.made-by"
}

mkdir -p "$artifacts" "$(dirname "$output")"
exec 9> "$output.lock"
flock 9
if is_current; then
    log "$output is current"
    exit
fi
have dpkg-deb || die "needs dpkg-deb: run this on Debian (or in a Debian container)"
work=$(mktemp --directory "$output.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
mapfile -t packages < <(rows | awk '!seen[$2]++ { print $2 }')
unpack "${packages[@]}"
collect
chmod 755 "$work/out"
rm -rf "$output"
mv "$work/out" "$output"
log "$(rows | wc -l) loaders in $output"
