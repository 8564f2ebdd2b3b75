#!/usr/bin/env bash
# SUMMARY: Makes a Debian package of the daemon, its unit, its settings and the clients' loaders: artifacts/deb/*.deb.
#
# deb.sh RID   linux-x64, linux-arm64 or linux-arm; prints the path of the package
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

rid=${1:-linux-x64}
case $rid in
    linux-x64) architecture=amd64 ;;
    linux-arm64) architecture=arm64 ;;
    linux-arm) architecture=armhf ;;
    *) die "unknown RID '$rid': linux-x64, linux-arm64, linux-arm" ;;
esac
parts=$tree/packaging/debian
version=$(sed --quiet 's:.*<Version>\(.*\)</Version>.*:\1:p' "$tree/Directory.Build.props")
package=$artifacts/deb/plugboot_${version}_$architecture.deb

files() {
    local documents=$root/usr/share/doc/plugboot
    install -D --mode=755 "$artifacts/publish/$rid/plugboot" "$root/usr/bin/plugboot"
    install -D --mode=644 "$tree/configs/plugboot.service" "$root/usr/lib/systemd/system/plugboot.service"
    install -D --mode=644 "$tree/configs/plugboot.conf" "$root/etc/plugboot/plugboot.conf"
    install -D --mode=644 --target-directory="$root/usr/share/plugboot/loaders" "$artifacts"/loaders/*
    install -D --mode=644 --target-directory="$documents" "$tree/README.md" "$tree"/docs/*.md "$parts/copyright"
    sed "s/@version@/$version/" "$parts/changelog" | gzip --best --no-name > "$documents/changelog.gz"
    chmod 644 "$documents/changelog.gz"
}

# libc_version: the oldest C library that has every symbol which the daemon names.
libc_version() {
    readelf --version-info --wide "$root/usr/bin/plugboot" | grep --only-matching 'GLIBC_2\.[0-9.]*' | sort --unique --version-sort |
        tail --lines=1 | cut --delimiter=_ --fields=2
}

description() {
    mkdir "$root/DEBIAN"
    sed --expression="s/@version@/$version/" --expression="s/@architecture@/$architecture/" --expression="s/@libc@/$(libc_version)/" \
        --expression="s/@size@/$(du --summarize --apparent-size --block-size=1K "$root" | cut --fields=1)/" "$parts/control" > "$root/DEBIAN/control"
    install --mode=755 --target-directory="$root/DEBIAN" "$parts/postinst" "$parts/prerm" "$parts/postrm"
    printf '/etc/plugboot/plugboot.conf\n' > "$root/DEBIAN/conffiles"
    (cd "$root" && find usr -type f -print0 | sort --zero-terminated | xargs --null md5sum) > "$root/DEBIAN/md5sums"
}

"$tree/src/publish.sh" "$rid"
"$tree/board/common/loaders.sh"
root=$(mktemp --directory)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
umask 022
files
description
mkdir -p "${package%/*}"
# The same tree gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$tree" log -1 --format=%ct 2> /dev/null || date +%s)} \
    dpkg-deb --root-owner-group -Zxz --build "$root" "$package" > /dev/null
printf '%s\n' "$package"
