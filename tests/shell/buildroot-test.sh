#!/usr/bin/env bash
# SUMMARY: What Buildroot is given is what the boards say; a build that cannot work is refused in words; its output becomes an image.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'buildroot-test: %s\n' "$*" >&2
    exit 1
}

# value SYMBOL BOARD: of its defconfig, without quotes and our folder.
value() {
    sed --quiet "s:^$1=::p" "buildroot-external/configs/$2_defconfig" | tr --delete '"' | sed 's:[^ ]*EXTERNAL_PLUGBOOT_PATH)/\.\./::g'
}

same() { [ "$2" = "$3" ] || fail "$1: board.env says '$2', the defconfig '$3'"; }

# refuses WORDS COMMAND...
refuses() {
    local words=$1 status=0 output
    shift
    output=$("$@" 2>&1) || status=$?
    if [ "$status" != 2 ] || [[ $output != *"$words"* ]]; then
        fail "$*: status $status, without the words '$words': $output"
    fi
}

# One definition: whatever a defconfig repeats of board.env, of the fragments and of the digests is the same there.
check_definition() (
    # shellcheck disable=SC1090
    source "board/$1/board.env"
    same "$1" "$1" "$(value BR2_ROOTFS_POST_SCRIPT_ARGS "$1")"
    same "$1" "$KERNEL_FRAGMENTS" "$(echo "$(value BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE "$1")" "$(value BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES "$1")" |
        sed 's:configs/linux/\([a-z0-9]*\)\.fragment:\1:g')"
    same "$1" "${DEVICE_TREES//.dtb/}" "$(value BR2_LINUX_KERNEL_INTREE_DTS_NAME "$1")"
    # Buildroot sets the kernel's compression by a symbol of its own.
    for fragment in $KERNEL_FRAGMENTS; do
        sed --quiet 's/^CONFIG_KERNEL_\(LZ4\|ZSTD\|XZ\|GZIP\)=y/BR2_LINUX_KERNEL_\1=y/p' "configs/linux/$fragment.fragment"
    done | tail --lines=1 | grep --quiet --line-regexp --file=- "buildroot-external/configs/$1_defconfig" || fail "$1: the kernel's compression differs"
    grep --quiet --fixed-strings "linux-$(value BR2_LINUX_KERNEL_CUSTOM_VERSION_VALUE "$1").tar" buildroot-external/patches/linux/linux.hash ||
        fail "$1: no digest of its kernel"
    [ "$LOADER" != u-boot ] ||
        grep --quiet --fixed-strings "u-boot-$(value BR2_TARGET_UBOOT_CUSTOM_VERSION_VALUE "$1").tar" buildroot-external/patches/uboot/uboot.hash ||
        fail "$1: no digest of its U-Boot"
)

# Stand-ins under the names that Buildroot gives, and what is made of them.
check_image() (
    # shellcheck disable=SC1090
    source "board/$1/board.env"
    images=$work/$1
    mkdir -p "$images/efi-part/EFI/BOOT"
    names="$KERNEL_TARGET rootfs.squashfs $(value BR2_TARGET_UBOOT_FORMAT_CUSTOM_NAME "$1")"
    for device_tree in $DEVICE_TREES; do
        names+=" ${device_tree##*/}"
    done
    [ "$LOADER" != grub ] || names+=' boot.img grub.img efi-part/EFI/BOOT/bootx64.efi'
    [ -z "${LOADER_BLOBS:-}" ] || names+=' u-boot.bin'
    for blob in ${LOADER_BLOBS:-}; do
        names+=" ${blob%%:*}"
    done
    for name in $names; do
        head --bytes=15616 /dev/urandom > "$images/$name"
    done
    board/common/post-image.sh "$images" "$1" > "$work/log" 2>&1 || fail "$1: no image of Buildroot's output: $(< "$work/log")"
    cmp --silent "$images/$KERNEL_TARGET" <(mcopy -i "$images/sdcard.img@@4M" ::a/kernel -) || fail "$1: another kernel in the image"
)

for board in board/*/board.env; do
    board=${board%/board.env}
    board=${board##*/}
    check_definition "$board"
    check_image "$board"
done
# Exynos' second loader, at sector 31
cmp --silent --bytes=15616 "$work/odroid-hc1/bl2.bin.hardkernel.1mb_uboot" <(tail --bytes=+$((31 * 512 + 1)) "$work/odroid-hc1/sdcard.img") ||
    fail 'the loaders that Buildroot fetched are not in the image'
[ "$(ls buildroot-external/configs)" = "$(for board in board/*/board.env; do basename "${board%/board.env}_defconfig"; done)" ] ||
    fail 'boards and defconfigs are not the same'

# A copy, so that nothing depends on what was downloaded before.
copy() { mkdir -p "$1" && cp -r board buildroot-external create.sh "$1/"; }
copy "$work/copy"
supply=$work/copy/board/common/supply-buildroot.sh
cache=$work/copy/artifacts/buildroot
mkdir -p "$cache"
export FORCE_UNSAFE_CONFIGURE=1
unset BUILDROOT_DIR

refuses 'leave out --from debian' ./create.sh nanopi-neo --from debian menuconfig
refuses 'no tree of Buildroot' env BUILDROOT_DIR="$work" "$supply" nanopi-neo "$work/parts" menuconfig
refuses 'no board' "$supply" toaster "$work/parts"
copy "$work/my copy"
refuses 'without blanks' "$work/my copy/board/common/supply-buildroot.sh" nanopi-neo "$work/parts" menuconfig
[ "$(id --user)" != 0 ] || refuses 'by root' env --unset=FORCE_UNSAFE_CONFIGURE "$supply" nanopi-neo "$work/parts" menuconfig
# Port 9 of the loopback interface: nobody listens there.
refuses '--from debian' env BUILDROOT_URL=http://127.0.0.1:9 "$supply" nanopi-neo "$work/parts" menuconfig
[ -z "$(find "$cache" -name '*.part')" ] || fail 'half a download stays'
archive=$cache/buildroot-$(sed --quiet 's/^release=//p' "$supply").tar.xz
printf 'not that' > "$archive"
refuses 'damaged or changed' "$supply" nanopi-neo "$work/parts" menuconfig
[ ! -e "$archive" ] || fail 'a wrong archive would be taken for a good one'

# A Buildroot that only says what it was asked for.
mkdir "$work/buildroot"
cat > "$work/buildroot/Makefile" << 'MAKE'
export BR2_VERSION := 2020.02
%_defconfig:
	@echo BR2_PACKAGE_PLUGBOOT=y > $(O)/.config
all:
	@test "$(PLUGBOOT_SERVICE)" != offline || { echo 'make: *** [pkg-generic.mk:179: host-tar-1.35/.stamp_downloaded] Error 1'; exit 1; }
	@mkdir -p $(O)/images && echo image > $(O)/images/sdcard.img && echo "all, daemon: $(PLUGBOOT_SERVICE)"
%:
	@echo "$@ with '$(MAKEFLAGS)'"
MAKE
export BUILDROOT_DIR=$work/buildroot
said=$(MAKEFLAGS=--no-builtin-rules "$supply" nanopi-neo "$work/parts" linux-menuconfig 2> "$work/log")
[[ $said == "linux-menuconfig with "* ]] || fail "a target is not passed on: $said"
[[ $said != *"with 'r"* ]] || fail "Buildroot gets the options of our make: $said"
grep --quiet 'WARNING.*2026' "$work/log" || fail "another release is used without a word: $(< "$work/log")"
PLUGBOOT_SERVICE=none "$supply" nanopi-neo "$work/parts" 2> "$work/log" || fail "no build: $(< "$work/log")"
[ "$(cut --delimiter=' ' --fields=1 "$cache/nanopi-neo/build.log" | paste --serial --delimiters=' ')" = 'plugboot-reconfigure all,' ] ||
    fail "the daemon is not compiled anew: $(< "$cache/nanopi-neo/build.log")"
grep --quiet 'daemon: none' "$cache/nanopi-neo/build.log" || fail 'Buildroot is not told to leave the daemon out'
[ -s "$work/parts/images/sdcard.img" ] || fail 'the image does not arrive'
refuses 'is there a network' env PLUGBOOT_SERVICE=offline "$supply" nanopi-neo "$work/parts"

# The linker of .NET's compiler: clang's word for the machine goes, everything else stays as it is.
[ "$(PLUGBOOT_LINKER='echo' buildroot-external/package/plugboot/linker.sh -o 'a b' --target=armv7-linux-gnueabihf -pie)" = '-o a b -pie' ] ||
    fail 'the linker gets other words'

grep --quiet "<Version>$(sed --quiet 's/^PLUGBOOT_VERSION = //p' buildroot-external/package/plugboot/plugboot.mk)</Version>" Directory.Build.props ||
    fail "the package's version is another one"

# A daemon that the board cannot run ends the build.
for board in nanopi-neo pc; do
    mkdir -p "$work/$board-root/usr/bin" "$work/$board-root/etc"
    cp /bin/true "$work/$board-root/usr/bin/plugboot"
done
refuses "but NanoPi NEO needs ARM" board/common/post-build.sh "$work/nanopi-neo-root" nanopi-neo
refuses 'which the root file system lacks' board/common/post-build.sh "$work/pc-root" pc
