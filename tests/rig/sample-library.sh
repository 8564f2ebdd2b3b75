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

usage() { die "usage: $program amd64|arm64|tools|preseed|live|dracut|bench..."; }

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
    installer_tree "$@"
    make_iso "$work/installer" "Debian $release $1 n" "$isos/debian-$release-$1-netinst.iso"
}

# installer_tree ARCHITECTURE CONSOLE FOLDER: what such an image holds.
installer_tree() {
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
}

# An installer that finds what it loads on this box, in an archive inside its image; in a library of its own. Two components are
# made here out of ordinary packages, because some mirrors lack those of the newest kernel.
preseed() {
    local suite=trixie release=13 image=$work/installer kernel udeb name
    installer_tree amd64 ttyS0,115200 install.amd
    mkdir -p "$work/initrd" "$image/archive/pool"
    gzip --decompress --stdout "$image/install.amd/initrd.gz" | (cd "$work/initrd" && busybox cpio -i -d 2> /dev/null)
    kernel=$(ls "$work/initrd/usr/lib/modules")
    ext4_modules "$kernel"
    file_system_tools
    {
        sed --quiet 's/^Package: //p' "$work/initrd/var/lib/dpkg/status"
        # The last one resizes what Windows has left, of which there is nothing here.
        printf '%s\n' "ext4-modules-$kernel-di" e2fsprogs-udeb ntfs-3g-udeb
    } > "$work/there"
    "$tree/board/common/apt-root.sh" fetch-udebs "$suite" "$work/there" partman-base partman-auto partman-ext3 partman-basicmethods \
        partman-partitioning partman-target disk-detect clock-setup user-setup-udeb > "$work/udebs"
    while read -r udeb; do
        # apt writes the colon of an epoch so that the name would have to be encoded twice in a URL.
        name=${udeb##*/}
        cp "$udeb" "$image/archive/pool/${name//%3a/-}"
    done < "$work/udebs"
    archive_index "$suite" "$image/archive"
    make_iso "$image" "Debian $release preseed n" "$sample/preseed/isos/debian-preseed.iso"
}

# udeb NAME DESCRIPTION [FIELD...]: a component of what lies in $work/NAME.
udeb() {
    local root=$work/$1
    mkdir -p "$root/DEBIAN"
    printf '%s\n' "Package: $1" 'Version: 1' 'Architecture: amd64' 'Section: debian-installer' 'Priority: standard' \
        'Maintainer: nobody <nobody@example.org>' "Description: $2" "${@:3}" > "$root/DEBIAN/control"
    dpkg-deb --build --root-owner-group "$root" "$work/installer/archive/pool/$1.udeb" > "$work/$1.log"
}

# ext4_modules KERNEL: ext4, and the driver of a virtual disk.
ext4_modules() {
    local package root=$work/ext4-modules-$1-di file
    package=$(fetch "linux-image-$1")
    while read -r file; do
        install -D --mode=644 "$file" "$root/lib/modules/$1/kernel/${file#*/kernel/}"
    done < <(find "$package" -regextype egrep -regex '.*/kernel/.*/(virtio_blk|ext4|jbd2|mbcache|crc16|crc32c_generic)\.ko.*')
    mkdir -p "$root/DEBIAN"
    printf '#!/bin/sh\ndepmod -a\nmodprobe virtio_blk\nmodprobe ext4\n' > "$root/DEBIAN/postinst"
    chmod 755 "$root/DEBIAN/postinst"
    udeb "ext4-modules-$1-di" 'ext4, and the driver of a virtual disk' "Kernel-Version: $1" 'Provides: ext4-modules'
}

# file_system_tools: mkfs.ext4 with its libraries.
file_system_tools() {
    local name package file root=$work/e2fsprogs-udeb
    for name in e2fsprogs libext2fs2t64 libcom-err2 libss2; do
        package=$(fetch "$name")
        while read -r file; do
            mkdir -p "$root/$(dirname "$file")"
            cp --no-dereference "$package/$file" "$root/$file"
        done < <(cd "$package" && find . -type d -o -path '*/sbin/*' -print -o -path '*/lib/x86_64-linux-gnu/*.so.*' -print -o -path './etc/*' -print)
    done
    udeb e2fsprogs-udeb 'tools for ext4'
}

# archive_index SUITE FOLDER: what the installer reads of an archive; it loads what has priority standard.
archive_index() {
    local release=$2/dists/$1 index=main/debian-installer/binary-amd64 file
    mkdir -p "$release/$index"
    for file in "$2"/pool/*.udeb; do
        dpkg-deb --field "$file" | sed 's/^Priority: .*/Priority: standard/'
        printf 'Filename: pool/%s\nSize: %s\nSHA256: %s\n\n' "${file##*/}" "$(stat --format=%s "$file")" "$(sha256 "$file")"
    done > "$release/$index/Packages"
    gzip --keep "$release/$index/Packages"
    # Whether an archive has this architecture is asked by this file.
    mkdir -p "$release/main/binary-amd64"
    printf 'Archive: %s\nComponent: main\nArchitecture: amd64\n' "$1" > "$release/main/binary-amd64/Release"
    {
        printf 'Origin: Debian\nLabel: Debian\nSuite: %s\nCodename: %s\nArchitectures: amd64\nComponents: main\nSHA256:\n' "$1" "$1"
        for file in Packages Packages.gz; do
            printf ' %s %s %s\n' "$(sha256 "$release/$index/$file")" "$(stat --format=%s "$release/$index/$file")" "$index/$file"
        done
    } > "$release/Release"
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
    case $part in amd64 | arm64 | tools | preseed | live | dracut | bench) ;; *) usage ;; esac
    [ "$(cat "$sample/.made-$part" 2> /dev/null)" != "$(sha256 "$0")" ] || continue
    work=$(mktemp --directory "$sample/new.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    "$part"
    sha256 "$0" > "$sample/.made-$part"
    rm -rf "$work"
done
