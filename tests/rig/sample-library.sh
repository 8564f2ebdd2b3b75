#!/usr/bin/env bash
# SUMMARY: Builds the sample library that the demo and the journeys serve, artifacts/sample/media, and that of the bench.
#
# The installer image has the layout of a Debian netinst image, but holds the netboot flavour of the initrd, so that it
# goes on over the network. Its own boot configuration names the serial console, which is where the rig looks.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"

sample=$artifacts/sample
isos=$sample/media/isos
# The installer of a fixed release: its first screen is what the demo waits for.
suite=bookworm
release=12

usage() { die "usage: $program amd64|arm64|tools|live|dracut|bench..."; }

# fetch PACKAGE: unpacks it and prints where.
fetch() {
    local deb folder=$work/$1
    deb=$("$tree/board/common/apt-root.sh" fetch "$suite" "$1")
    dpkg-deb --extract "$deb" "$folder"
    printf '%s' "$folder"
}

# make_iso FOLDER LABEL IMAGE: Rock Ridge and Joliet, as distributions do; appears whole or not at all.
make_iso() {
    xorriso -report_about WARNING -as mkisofs -quiet -rational-rock -joliet -volid "$2" -output "$work/image.iso" "$1"
    mkdir -p "$(dirname "$3")"
    mv "$work/image.iso" "$3"
    log "$3 ($(($(stat --format=%s "$3") / 1048576)) MiB)"
}

# installer ARCHITECTURE CONSOLE FOLDER: a Debian installer image; FOLDER is where its kernel lives.
installer() {
    local architecture=$1 console=$2 folder=$3 package image=$work/installer
    package=$(fetch "debian-installer-$release-netboot-$architecture")
    package=$package/usr/lib/debian-installer/images/$release/$architecture/text/debian-installer/$architecture
    mkdir -p "$image/.disk" "$image/$folder" "$image/boot/grub"
    printf 'Debian GNU/Linux %s "Bookworm" - Sample %s NETINST' "$release" "$architecture" > "$image/.disk/info"
    printf 'not_complete\n' > "$image/.disk/cd_type"
    cp "$package/linux" "$image/$folder/vmlinuz"
    cp "$package/initrd.gz" "$image/$folder/initrd.gz"
    cat > "$image/boot/grub/grub.cfg" << CFG
menuentry --hotkey=i 'Install' {
    set background_color=black
    linux    /$folder/vmlinuz console=$console ---
    initrd   /$folder/initrd.gz
}
CFG
    if [ "$architecture" = amd64 ]; then
        mkdir "$image/isolinux"
        printf 'path\ninclude txt.cfg\nprompt 0\ntimeout 0\n' > "$image/isolinux/isolinux.cfg"
        cat > "$image/isolinux/txt.cfg" << CFG
label install
	menu label ^Install
	kernel /$folder/vmlinuz
	append initrd=/$folder/initrd.gz console=$console ---
CFG
    fi
    make_iso "$image" "Debian $release $architecture n" "$isos/debian-$release-$architecture-netinst.iso"
}

amd64() { installer amd64 ttyS0,115200 install.amd; }
arm64() { installer arm64 ttyAMA0,115200 install.a64; }

# Small images of other kinds, in a folder of their own: a group in the menu.
tools() {
    local package
    mkdir -p "$isos/tools"
    package=$(fetch grub-rescue-pc)
    install -m 644 "$package/usr/lib/grub-rescue/grub-rescue-cdrom.iso" "$isos/tools/grub-rescue.iso"
    package=$(fetch memtest86+)
    install -m 644 "$package/usr/lib/memtest86+/memtest86+x64.iso" "$isos/tools/memtest86plus-x64.iso"
    log "$isos/tools: grub-rescue.iso, memtest86plus-x64.iso"
}

# live_root ROOT PACKAGES [OPTION...]: the file system of a live system, with these packages, comma-separated, beside the
# kernel. It says on the serial port when it is up.
live_root() {
    local root=$1 packages=$2 sources
    shift 2
    "$tree/board/common/host-packages.sh" live
    sources=$("$tree/board/common/apt-root.sh" sources "$suite")
    mmdebstrap --quiet --mode=root --variant=minbase --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --include="linux-image-amd64,systemd-sysv,udev,kmod,iproute2,zstd,isc-dhcp-client,$packages" "$@" "$suite" "$root" "$sources"
    printf 'live\n' > "$root/etc/hostname"
    cat > "$root/etc/systemd/system/console-mark.service" << 'UNIT'
[Unit]
Description=Says on the serial console that the live system is up
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "LIVE SYSTEM UP, $(sed -n "s/MemTotal: *//p" /proc/meminfo) memory" > /dev/ttyS0'
[Install]
WantedBy=multi-user.target
UNIT
    chroot "$root" systemctl --quiet enable console-mark
}

# squash ROOT FILE: in blocks of 128 KiB, as live-build makes them; larger ones are read for nothing over NFS.
squash() { mksquashfs "$1" "$2" -quiet -no-progress -comp zstd -Xcompression-level 3 -e boot; }

# A live system such as Debian's own: live-boot, a squashfs, a console on the serial port. In a library of its own,
# because not everybody waits for it to be built.
live() {
    local root=$work/root image=$work/live
    live_root "$root" live-boot,live-boot-initramfs-tools,busybox
    mkdir -p "$image/live" "$image/isolinux" "$image/.disk"
    squash "$root" "$image/live/filesystem.squashfs"
    cp "$root"/boot/vmlinuz-* "$image/live/vmlinuz"
    cp "$root"/boot/initrd.img-* "$image/live/initrd.img"
    printf 'Debian GNU/Linux %s "Bookworm" - Sample amd64 LIVE' "$release" > "$image/.disk/info"
    live_menu > "$image/isolinux/isolinux.cfg"
    make_iso "$image" 'd-live 12 sample amd64' "$sample/live/isos/debian-live.iso"
    # The same, whose own menu reads it over NFS instead of fetching it into memory.
    live_menu netboot=nfs nfsroot=192.168.100.1:/boot/debian-live-nfs > "$image/isolinux/isolinux.cfg"
    make_iso "$image" 'd-live 12 sample amd64 nfs' "$sample/live/isos/debian-live-nfs.iso"
}

# live_menu PARAMETER...: an ISOLINUX menu that boots the live system.
live_menu() {
    printf 'label live\n\tkernel /live/vmlinuz\n'
    printf '\tappend initrd=/live/initrd.img boot=live components console=ttyS0,115200 %s\n' "$*"
}

# A live system such as Fedora's: dracut with livenet, LiveOS/squashfs.img. One image hands dracut the file system inside
# it, the other itself. No rootfs.img is in the file system, so that it must be told to lay overlayfs over it.
dracut() {
    local root=$work/root image=$work/dracut server=http://192.168.100.1 name source
    # dracut-core and not dracut, whose package makes a RAM disk of its own, with a network that needs D-Bus. The kernel's is
    # not wanted either (INITRD). dracut omits livenet without a word when procps is missing.
    # shellcheck disable=SC2016 # for mmdebstrap's shell
    INITRD=No live_root "$root" dracut-core,dracut-network,dracut-live,squashfs-tools,dmsetup,curl,procps,iputils-arping,ca-certificates \
        --customize-hook='chroot "$1" dracut --quiet --force --no-hostonly --add "livenet dmsquash-live network-legacy" --omit "plymouth i18n" --compress "zstd -3" /boot/live.img "$(ls "$1/lib/modules")"'
    mkdir -p "$image/LiveOS" "$image/images/pxeboot" "$image/isolinux"
    squash "$root" "$image/LiveOS/squashfs.img"
    cp "$root"/boot/vmlinuz-* "$image/images/pxeboot/vmlinuz"
    cp "$root/boot/live.img" "$image/images/pxeboot/initrd.img"
    for name in debian-dracut debian-dracut-iso; do
        source=$server/isos/$name.iso
        [ "$name" != debian-dracut ] || source=$server/boot/$name/LiveOS/squashfs.img
        printf 'label live\n\tkernel /images/pxeboot/vmlinuz\n\tappend initrd=/images/pxeboot/initrd.img %s %s\n' \
            "root=live:$source" 'rd.live.image rd.live.overlay.overlayfs=1 rd.neednet=1 ip=dhcp console=ttyS0,115200' > "$image/isolinux/isolinux.cfg"
        make_iso "$image" 'dracut-live sample' "$sample/dracut/isos/$name.iso"
    done
}

# A library of its own for the bench, so that the demo's menu stays as it is: an image of half a gigabyte for HTTP, a loader
# of 64 MiB for TFTP. Random, so that nothing on the way can compress it.
bench() {
    mkdir -p "$work/bench" "$sample/bench/loaders"
    head --bytes=512M /dev/urandom > "$work/bench/payload.bin"
    head --bytes=64M "$work/bench/payload.bin" > "$work/bench.bin"
    mv "$work/bench.bin" "$sample/bench/loaders/bench.bin"
    make_iso "$work/bench" BENCH "$sample/bench/isos/bench.iso"
}

[ $# -gt 0 ] || usage
mkdir -p "$isos"
exec 9> "$sample/lock"
flock 9
for part in "$@"; do
    case $part in amd64 | arm64 | tools | live | dracut | bench) ;; *) usage ;; esac
    [ "$(cat "$sample/.made-$part" 2> /dev/null)" != "$(sha256 "$0")" ] || continue
    work=$(mktemp --directory "$sample/new.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    "$part"
    sha256 "$0" > "$sample/.made-$part"
    rm -rf "$work"
done
