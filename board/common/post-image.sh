#!/usr/bin/env bash
# SUMMARY: Makes sdcard.img of a board's images: kernel, device trees, loader, rootfs.squashfs; whoever supplied them.
#
# Buildroot calls it with its images folder and BR2_ROOTFS_POST_SCRIPT_ARGS. What does not fit its place ends it.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=board.sh
source "$(dirname "$0")/board.sh"

[ $# = 2 ] || die "usage: $program IMAGES BOARD"
images=$(cd "$1" && pwd)
read_board "$2"
work=$images/image.tmp

# No initial RAM disk: the kernel itself waits for the disk. Quiet, because 20 KB on a serial line take two seconds.
kernel_arguments() {
    local console
    # A minute, then it panics and resets: a new kernel that lacks the disk's driver must not wait for ever.
    printf 'rootfstype=squashfs ro rootwait=60 panic=10 quiet'
    for console in $CONSOLES; do
        printf ' console=%s' "$console"
    done
    printf '%s' "${KERNEL_ARGUMENTS:+ $KERNEL_ARGUMENTS}"
}

# Buildroot's names for what the layouts name in one way for all boards.
rename_parts() {
    local from to
    while read -r from to; do
        [ ! -f "$images/$from" ] || cp "$images/$from" "$images/$to"
    done << NAMES
$KERNEL_TARGET kernel
boot.img grub-boot.img
grub.img grub-core.img
efi-part/EFI/BOOT/bootx64.efi bootx64.efi
NAMES
}

# Size of the whole is given; what is shorter is filled up.
u_boot_environment() {
    {
        cat "$tree/board/common/u-boot.env" "$tree/board/$board/u-boot.env"
        printf 'kernel_args=%s\n' "$(kernel_arguments)"
    } > "$work/environment.txt"
    mkenvimage -s "$U_BOOT_ENVIRONMENT_SIZE" -o "$work/uboot.env" "$work/environment.txt"
}

# GRUB's own block of variables: 1024 bytes (GRUB manual, "The GRUB environment block").
grub_environment() {
    {
        printf '# GRUB Environment Block\nslot=a\n'
        printf '#%.0s' {1..1024}
    } | head --bytes=1024 > "$work/plugboot.env"
    {
        printf "set kernel_args='%s'\n" "$(kernel_arguments)"
        cat "$tree/board/$board/grub.cfg"
    } > "$work/grub.cfg"
}

# blobs: loaders that nobody may pass on, from the folder BOOT_BLOBS, or fetched by Buildroot. A name may end in the length that
# is used: the first loader of Exynos is padded over the place of the second. Where there are none their places stay empty.
blobs() {
    local blob name
    for blob in ${LOADER_BLOBS:-}; do
        name=${blob%%:*}
        if [ -n "${BOOT_BLOBS:-}" ]; then
            [ -f "$BOOT_BLOBS/$name" ] || die "no $name in BOOT_BLOBS ($BOOT_BLOBS): see 'Boards' in README.md"
            cp "$BOOT_BLOBS/$name" "$work/$name"
        fi
        touch "$work/$name"
        [ "$name" = "$blob" ] || truncate --size="<${blob#*:}" "$work/$name"
    done
}

# genimage finds the layout relative to the folder it runs in.
make_image() {
    mkdir "$work/root"
    (cd "$tree/board/$board" && genimage --config genimage.cfg --rootpath "$work/root" --tmppath "$work/tmp" \
        --inputpath "$work" --outputpath "$work/out" --loglevel 1) > "$work/genimage.log" 2>&1 ||
        { cat "$work/genimage.log" >&2 && die "genimage refuses board/$board/genimage.cfg: see above"; }
    # The table of partitions begins at byte 440.
    [ -z "${BOOT_CODE:-}" ] || dd if="$images/$BOOT_CODE" of="$work/out/sdcard.img" bs=440 count=1 conv=notrunc status=none
}

rm -rf "$work"
mkdir -p "$work"
rename_parts
find "$images" -maxdepth 1 -type f ! -name sdcard.img -exec cp --reflink=auto {} "$work/" \;
cp "$tree/configs/plugboot.conf" "$work/"
[ -z "${U_BOOT_ENVIRONMENT_SIZE:-}" ] || u_boot_environment
[ "$LOADER" != grub ] || grub_environment
blobs
make_image
mv "$work/out/sdcard.img" "$images/sdcard.img"
rm -rf "$work"
