#!/usr/bin/env bash
# SUMMARY: The Debian package on a plain Debian: it installs, serves, keeps the owner's settings, and leaves nothing when purged.
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

suite=bookworm
base=$artifacts/test-deb/$suite.tar
# What "apt-get install ./plugboot.deb" would bring; nothing of ours is in the base.
packages=libsqlite3-0,libssl3,iproute2

fail() { die "FAILED: $*"; }

# A network of its own: no DHCP server of a test may be heard on the host's.
if [ "${1:-}" != enclosed ]; then
    [ "$(id --user)" = 0 ] || die 'needs root: dpkg makes a user in a system of its own'
    "$tree/board/common/host-packages.sh" test-deb
    package=$("$tree/packaging/deb.sh" linux-x64)
    if [ ! -s "$base" ]; then
        mkdir -p "${base%/*}"
        mmdebstrap --quiet --mode=root --variant=minbase --format=tar --include="$packages" "$suite" "$base.new" \
            "$("$tree/board/common/apt-root.sh" sources "$suite")"
        mv "$base.new" "$base"
    fi
    exec unshare --net --mount --pid --fork --kill-child "$0" enclosed "$package"
fi

work=$(mktemp --directory)
trap 'umount --recursive --lazy "$work/root"; rm -rf "$work"' EXIT
root=$work/root
package=$2
mkdir "$root"
mount -t tmpfs -o mode=755 tmpfs "$root"
tar --extract --file="$base" --directory="$root"
mount -t proc proc "$root/proc"
cp "$package" "$root/tmp/plugboot.deb"

within() { chroot "$root" "$@"; }

# Every file but dpkg's own records, and the copies that useradd keeps of its lists.
all_files() {
    (cd "$root" && find . \( -path ./proc -o -path './var/lib/dpkg/*' -o -path './var/log/*' -o -path './tmp/*' -o -path './etc/*-' \) -prune -o -print | sort)
}

all_files > "$work/before"
within getent passwd > "$work/users-before"
within dpkg --install /tmp/plugboot.deb > "$work/log" 2>&1 || fail "it does not install: $(< "$work/log")"
grep --quiet 'systemctl enable --now plugboot' "$work/log" || fail 'it does not say how it is started'
[ -z "$(find "$root/etc/systemd" -name 'plugboot*')" ] || fail 'a DHCP server is enabled without being asked for'
[ "$(stat --format=%U:%a "$root/srv/plugboot/isos" 2> /dev/null | cut --delimiter=: --fields=2)" = 755 ] || fail 'there is no folder for ISO files'
[ "$(stat --format=%u "$root/srv/plugboot/isos")" = "$(within id --user plugboot)" ] || fail 'the service cannot write uploads'

# One wire with this program at one end.
ip link set lo up
ip link add port0 type veth peer name port1
ip address add 192.168.100.1/24 dev port0
ip link set port0 up
ip link set port1 up
within plugboot doctor > "$work/doctor" 2>&1 || fail "plugboot doctor: $(< "$work/doctor")"
within plugboot serve > "$work/serve" 2>&1 &
deadline=$((SECONDS + 30))
until grep --quiet 'plugboot: ready in' "$work/serve"; do
    if ! kill -0 $! 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
        fail "plugboot serve: $(< "$work/serve")"
    fi
    sleep 0.1
done
[ "$(curl --silent --fail http://192.168.100.1/health)" = OK ] || fail 'it does not answer'
curl --silent --fail --output "$work/loader" http://192.168.100.1/snponly.efi || fail 'it has no loaders'
cmp --silent "$work/loader" "$artifacts/loaders/snponly.efi" || fail 'the loader is another one'
kill %1
wait %1 || true
[ -n "$(find "$root/var/lib/plugboot" -type f)" ] || fail 'it kept no state'

printf 'menu-title = "ours"\n' > "$root/etc/plugboot/plugboot.conf"
within dpkg --install /tmp/plugboot.deb > "$work/log" 2>&1 || fail "it does not upgrade: $(< "$work/log")"
grep --quiet ours "$root/etc/plugboot/plugboot.conf" || fail "the owner's settings are gone after an upgrade"
within dpkg --remove plugboot > "$work/log" 2>&1 || fail "it cannot be removed: $(< "$work/log")"
[ ! -e "$root/usr/bin/plugboot" ] || fail 'removed, it is still there'
[ -f "$root/etc/plugboot/plugboot.conf" ] || fail "removed, it takes the owner's settings along"
within dpkg --purge plugboot > "$work/log" 2>&1 || fail "it cannot be purged: $(< "$work/log")"
all_files | diff "$work/before" - || fail 'files stay after a purge'
within getent passwd | diff "$work/users-before" - || fail 'a user stays after a purge'
log 'installs, serves, upgrades, and leaves nothing'
