#!/usr/bin/env bash
# SUMMARY: Loaders stand where each board's ROM looks for them, to the byte; one that does not fit its place ends the build.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'boot-area-test: %s\n' "$*" >&2
    exit 1
}

# stand_in FILE BYTES: random, so that each part is told from the others.
stand_in() { head --bytes="$2" /dev/urandom > "$1"; }

# images BOARD FILE...: a folder with stand-ins for what a supplier leaves.
images() {
    local board=$1 file
    shift
    rm -rf "${work:?}/$board"
    mkdir -p "$work/$board"
    for file in kernel rootfs.squashfs "$@"; do
        stand_in "$work/$board/$file" 100000
    done
}

# make_image BOARD: what post-image.sh says goes to a file.
make_image() { BOOT_BLOBS=$work/blobs board/common/post-image.sh "$work/$1" "$1" > "$work/log" 2>&1; }

# stands IMAGE OFFSET FILE [BYTES]: whether the file, or its beginning, is there.
stands() {
    local length=${4:-$(stat --format=%s "$3")}
    cmp --silent --bytes="$length" "$3" <(tail --bytes="+$(($2 + 1))" "$1")
}

# zeros IMAGE FROM TO: whether nothing is there.
zeros() { cmp --silent --bytes=$(($3 - $2)) /dev/zero <(tail --bytes="+$(($2 + 1))" "$1"); }

mkdir "$work/blobs"
stand_in "$work/blobs/bl1.bin.hardkernel" 15616
stand_in "$work/blobs/bl2.bin.hardkernel.1mb_uboot" 14592
stand_in "$work/blobs/tzsw.bin.hardkernel" 262144

images odroid-hc1 exynos5422-odroidhc1.dtb exynos5422-odroidxu4.dtb
stand_in "$work/odroid-hc1/u-boot.bin" 538224
make_image odroid-hc1 || fail "no image for odroid-hc1: $(< "$work/log")"
image=$work/odroid-hc1/sdcard.img
# Sectors 1, 31, 63 and 2111 (U-Boot, doc/board, Odroid XU3; Hardkernel's sd_fusing.1M.sh)
stands "$image" $((1 * 512)) "$work/blobs/bl1.bin.hardkernel" 15360 || fail 'BL1 is not at sector 1'
stands "$image" $((31 * 512)) "$work/blobs/bl2.bin.hardkernel.1mb_uboot" || fail 'BL2 is not at sector 31'
stands "$image" $((63 * 512)) "$work/odroid-hc1/u-boot.bin" || fail 'U-Boot is not at sector 63'
stands "$image" $((2111 * 512)) "$work/blobs/tzsw.bin.hardkernel" || fail 'TrustZone is not at sector 2111'
# Behind its checksum of four bytes
printf 'bootdelay=0' > "$work/first-variable"
stands "$image" $((0x310000 + 4)) "$work/first-variable" || fail "U-Boot's environment is not at 0x310000"
zeros "$image" $((0x314000)) $((4 << 20)) || fail 'something stands between the environment and the first partition'

stand_in "$work/odroid-hc1/u-boot.bin" $((1048576 + 1))
! make_image odroid-hc1 || fail 'a U-Boot that reaches into TrustZone is accepted'
grep --quiet u-boot "$work/log" || fail "the part that does not fit is not named: $(< "$work/log")"
stand_in "$work/odroid-hc1/u-boot.bin" 538224
stand_in "$work/blobs/bl2.bin.hardkernel.1mb_uboot" $((16384 + 1))
! make_image odroid-hc1 || fail 'a BL2 that reaches into U-Boot is accepted'
rm "$work/blobs/tzsw.bin.hardkernel"
! make_image odroid-hc1 || fail 'a missing blob is accepted'

images nanopi-neo sun8i-h3-nanopi-neo.dtb
stand_in "$work/nanopi-neo/u-boot-sunxi-with-spl.bin" 514384
make_image nanopi-neo || fail "no image for nanopi-neo: $(< "$work/log")"
stands "$work/nanopi-neo/sdcard.img" 8192 "$work/nanopi-neo/u-boot-sunxi-with-spl.bin" || fail 'the SPL is not at 8 KiB'
stand_in "$work/nanopi-neo/rootfs.squashfs" $(((64 << 20) + 1))
! make_image nanopi-neo || fail 'a root file system larger than its slot is accepted'

images pc bootx64.efi grub-core.img
stand_in "$work/pc/grub-boot.img" 512
make_image pc || fail "no image for pc: $(< "$work/log")"
stands "$work/pc/sdcard.img" 0 "$work/pc/grub-boot.img" 440 || fail "GRUB's first sector is not at 0"
stands "$work/pc/sdcard.img" 512 "$work/pc/grub-core.img" || fail "GRUB is not at sector 1"
# The same signature on every image: the kernel is told root=PARTUUID=6e627400-02.
[ "$(od --address-radix=n --format=x4 --skip-bytes=440 --read-bytes=4 "$work/pc/sdcard.img" | tr --delete ' ')" = 6e627400 ] ||
    fail 'the disk has another signature'
