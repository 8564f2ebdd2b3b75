#!/usr/bin/env bash
# SUMMARY: Supplies a board's parts from Debian's packages: kernel, loader, root file system, sdcard.img; installs nothing.
#
# Leaves in the folder OUTPUT what Buildroot would: target/ (the root file system) and images/ (kernel, device trees, loader,
# sdcard.img). What both suppliers do is in post-build.sh and post-image.sh. PLUGBOOT_SERVICE names the daemon, or is "none".
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

[ $# = 2 ] || die "usage: $program BOARD OUTPUT"
suite=bookworm
read_board "$1"
output=$2
target=$output/target
images=$output/images
packages=$output/packages

# path | package. The libraries that these need follow by themselves.
table='
usr/sbin/sfdisk                 fdisk
usr/sbin/blkid                  util-linux
usr/bin/partx                   util-linux
usr/sbin/mke2fs                 e2fsprogs
usr/sbin/e2fsck                 e2fsprogs
etc/mke2fs.conf                 e2fsprogs
usr/sbin/mkfs.exfat             exfatprogs
usr/sbin/fsck.exfat             exfatprogs
usr/sbin/dropbear               dropbear-bin
usr/bin/dropbearkey             dropbear-bin
usr/bin/zstd                    zstd
usr/bin/xz                      xz-utils
'
# Libraries that no program here names: the daemon opens SQLite and OpenSSL (checksums) at run time, and may be compiled with
# the others.
opened='libsqlite3.so.0 libgcc_s.so.1 libstdc++.so.6 libz.so.1 libssl.so.3'
# Where the libraries come from
library_packages='libc6 libgcc-s1 libstdc++6 zlib1g libsqlite3-0 libfdisk1 libsmartcols1 libblkid1 libmount1 libuuid1 libreadline8
    libtinfo6 libext2fs2 libcom-err2 libss2 libselinux1 libpcre2-8-0 libcrypt1 libtomcrypt1
    libtommath1 libgmp10 libssl3 libzstd1 liblz4-1 liblzma5'

# unpack FOLDER PACKAGE...: .debs of the board's architecture, one over the other.
unpack() {
    local folder=$1 deb debs
    shift
    mkdir -p "$folder"
    debs=$("$tree/board/common/apt-root.sh" fetch "$suite" "${@/%/:$DEBIAN_ARCHITECTURE}")
    while read -r deb; do
        dpkg-deb --extract "$deb" "$folder"
    done <<< "$debs"
    # Some packages still name /lib and /sbin; in the image both are in /usr.
    local name
    for name in bin sbin lib lib64; do
        [ ! -d "$folder/$name" ] || { mkdir -p "$folder/usr/$name" && cp -a "$folder/$name/." "$folder/usr/$name/" && rm -rf "${folder:?}/$name"; }
    done
}

kernel() {
    local built
    built=$("$tree/board/common/linux.sh" "$board")
    cp "$built/arch/$KERNEL_ARCHITECTURE/boot/$KERNEL_TARGET" "$images/kernel"
    local device_tree
    for device_tree in $DEVICE_TREES; do
        cp "$built/arch/$KERNEL_ARCHITECTURE/boot/dts/$device_tree" "$images/"
    done
    [ ! -d "$built/modules/lib" ] || cp -a "$built/modules/lib/." "$target/usr/lib/"
}

# A program for every applet, named as BusyBox itself names them. The list is that of the host's architecture: same source,
# same configuration. Static, because a boot starts a hundred programs.
busybox() {
    local deb name
    unpack "$packages/busybox" busybox-static
    install -D "$packages/busybox/usr/bin/busybox" "$target/usr/bin/busybox"
    deb=$("$tree/board/common/apt-root.sh" fetch "$suite" "busybox-static:$(dpkg --print-architecture)")
    dpkg-deb --fsys-tarfile "$deb" | tar --extract --to-stdout ./bin/busybox > "$packages/busybox-host"
    chmod +x "$packages/busybox-host"
    while read -r name; do
        [ "$name" = busybox ] || ln -s busybox "$target/usr/bin/$name"
    done < <("$packages/busybox-host" --list)
    missing_applets > "$packages/missing-applets"
    [ ! -s "$packages/missing-applets" ] ||
        die "Debian's BusyBox lacks what configs/busybox.fragment wants: $(paste --serial --delimiters=' ' "$packages/missing-applets")"
}

# Applets of the fragment (a symbol without underscore is one) that the package has not.
missing_applets() {
    sed --quiet 's/^CONFIG_\([A-Z0-9]*\)=y$/\L\1/p' "$tree/configs/busybox.fragment" | sort |
        comm -23 - <("$packages/busybox-host" --list | sort)
}

programs() {
    local path package file
    # shellcheck disable=SC2046,SC2086 # words
    unpack "$packages/programs" $library_packages $(awk 'NF { print $2 }' <<< "$table" | sort --unique)
    while read -r path package; do
        [ -n "$path" ] || continue
        file=$packages/programs/$path
        [ -f "$file" ] || die "$package no longer holds $path: update the table in $program"
        case $path in
            etc/*) install -D -m 644 "$file" "$target/$path" ;;
            # In place of an applet of the same name
            *) rm -f "$target/usr/bin/${path##*/}" && install "$file" "$target/usr/bin/${path##*/}" ;;
        esac
    done <<< "$table"
}

# needed FILE: the libraries that it names.
needed() { readelf --dynamic --wide "$1" 2> /dev/null | sed --quiet 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'; }

# copy_library NAME: with all that it needs itself.
copy_library() {
    local file name
    [ ! -e "$target/usr/lib/$1" ] || return 0
    file=$(find "$packages/programs/usr/lib" -name "$1" | head --lines=1)
    [ -n "$file" ] || die "no package of $program's list holds $1"
    install -m 644 "$(readlink --canonicalize "$file")" "$target/usr/lib/$1"
    while read -r name; do
        copy_library "$name"
    done < <(needed "$file")
}

copy_libraries() {
    local file name interpreter
    for name in $opened; do
        copy_library "$name"
    done
    for file in "$target"/usr/bin/*; do
        [ ! -L "$file" ] || continue
        while read -r name; do
            copy_library "$name"
        done < <(needed "$file")
    done
    # The C library's loader, where the compiler says it is.
    interpreter=$(readelf --program-headers --wide "$target/usr/bin/sfdisk" | sed --quiet 's/.*interpreter: \(.*\)\]/\1/p')
    copy_library "${interpreter##*/}"
    chmod +x "$target/usr/lib/${interpreter##*/}"
}

loader_none() { :; }

# A file out of a package, as it is.
loader_u-boot() {
    local file
    unpack "$packages/loader" "$LOADER_PACKAGE"
    for file in $LOADER_FILES; do
        [ -f "$packages/loader/$file" ] || die "$LOADER_PACKAGE no longer holds $file: see LOADER_FILES in board/$board/board.env"
        cp "$packages/loader/$file" "$images/"
    done
}

# GRUB for BIOS, which goes behind the partition table, and for UEFI. Both read grub.cfg on the boot volume they came from.
loader_grub() {
    local folder=$packages/loader/usr/lib/grub
    local modules=(normal configfile linux boot echo test loadenv sleep reboot fat part_msdos)
    unpack "$packages/loader" grub-common grub-pc-bin grub-efi-amd64-bin
    local mkimage=$packages/loader/usr/bin/grub-mkimage
    "$mkimage" --format=i386-pc --directory="$folder/i386-pc" --prefix='(,msdos1)/' --output="$images/grub-core.img" biosdisk "${modules[@]}"
    "$mkimage" --format=x86_64-efi --directory="$folder/x86_64-efi" --prefix=/ --output="$images/bootx64.efi" efi_gop "${modules[@]}"
    cp "$folder/i386-pc/boot.img" "$images/grub-boot.img"
}

rm -rf "$target" "$packages" "$images"
mkdir -p "$images" "$target"/{dev,etc,proc,run,sys,tmp,usr/bin,usr/lib,usr/share}
for name in bin sbin lib lib64; do
    ln -s "usr/${name/sbin/bin}" "$target/$name"
done
ln -s bin "$target/usr/sbin"
ln -s lib "$target/usr/lib64"
busybox
programs
copy_libraries
"loader_$LOADER"
kernel
rm -rf "$packages"
[ "${PLUGBOOT_SERVICE:-none}" = none ] || install "$PLUGBOOT_SERVICE" "$target/usr/bin/plugboot"
"$tree/board/common/post-build.sh" "$target" "$board"
log 'packing the root file system'
mksquashfs "$target" "$images/rootfs.squashfs" -noappend -all-root -quiet -no-progress -comp zstd -Xcompression-level 15
"$tree/board/common/post-image.sh" "$images" "$board"
