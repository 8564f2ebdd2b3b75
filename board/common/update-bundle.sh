#!/usr/bin/env bash
# SUMMARY: Makes the signed update of a board, update.tar, out of the images that its sdcard.img was made of.
#
# update-bundle.sh key                 prints the public key, which an image trusts
# update-bundle.sh make IMAGES BOARD   writes IMAGES/update.tar; its form: src/Appliance.Formats/Update/UpdateManifest.cs
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

usage() { die "usage: $program key | make IMAGES BOARD"; }

# One key for each working tree, unless UPDATE_KEY says otherwise: who builds an image can update it.
private_key() {
    local key=${UPDATE_KEY:-$artifacts/update-key.pem}
    if [ ! -e "$key" ] && [ -z "${UPDATE_KEY:-}" ]; then
        mkdir -p "$artifacts"
        (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$key.$$" && mv --no-clobber "$key.$$" "$key")
    fi
    [ -r "$key" ] || die "UPDATE_KEY: cannot read $key"
    openssl pkey -in "$key" -noout -text 2> /dev/null | grep 'ASN1 OID: prime256v1' > /dev/null ||
        die "UPDATE_KEY: $key is no private key over P-256; make one: openssl ecparam -name prime256v1 -genkey -noout -out FILE"
    printf '%s' "$key"
}

manifest() {
    local version file
    version=$(sed --quiet 's:.*<Version>\(.*\)</Version>.*:\1:p' "$tree/Directory.Build.props")
    printf 'plugboot-update 1\nboard %s\nversion %s\n' "$board" "$version"
    for file in "${files[@]}"; do
        printf 'file %s %s %s\n' "$file" "$(stat --format=%s "$images/$file")" "$(sha256 "$images/$file")"
    done
}

make_bundle() {
    local work key device_tree files=(kernel)
    key=$(private_key)
    for device_tree in $DEVICE_TREES; do
        files+=("${device_tree##*/}")
    done
    files+=(rootfs.squashfs)
    work=$(mktemp --directory)
    manifest > "$work/manifest"
    openssl dgst -sha256 -sign "$key" -out "$work/manifest.sig" "$work/manifest"
    tar --create --format=ustar --file="$images/update.tar" --owner=0 --group=0 --numeric-owner \
        --directory="$work" manifest manifest.sig --directory="$images" "${files[@]}"
    rm -rf "$work"
}

case ${1:-} in
    key)
        [ $# = 1 ] || usage
        key=$(private_key)
        openssl pkey -in "$key" -pubout
        ;;
    make)
        [ $# = 3 ] || usage
        images=$(cd "$2" && pwd)
        read_board "$3"
        make_bundle
        ;;
    *) usage ;;
esac
