#!/usr/bin/env bash
# SUMMARY: Makes an image that looks like a distribution's and starts a stand-in of its initial RAM disk.
#
# stand-in.sh TREE FAMILY KERNEL INITRD PROOF OUTPUT
#   TREE    list of paths in tests/testdata/images/trees
#   FAMILY  function of stand-in-init.sh
#   KERNEL, INITRD  paths in the image: the kernel and the RAM disk of tests/rig/linux-guest.sh
#   PROOF   path in the image of a squashfs that holds the file "proof"; - for none, which the stand-in then misses
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"
[ $# = 6 ] || die "usage: $program TREE FAMILY KERNEL INITRD PROOF OUTPUT"
list=$tree/tests/testdata/images/trees/$1.txt family=$2 kernel=$3 initrd=$4 proof=$5 output=$6
guest=$artifacts/sample/guest

"$tree/tests/rig/linux-guest.sh"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
image=$work/image
mkdir "$image"
# A folder may stand in the list by itself, before or behind what it holds.
mapfile -t paths < <(sed --quiet -e 's/^# adds: //p' -e '/^[^#]/p' "$list" | cut --fields=1)
for path in "${paths[@]}"; do
    name=${path%% -> *}
    mkdir -p "$image/$(dirname "$name")"
    if [ "$name" != "$path" ]; then
        ln --symbolic --no-dereference "${path#* -> }" "$image/$name"
    elif [[ $'\n'$(printf '%s\n' "${paths[@]}") == *$'\n'"$path/"* ]]; then
        mkdir -p "$image/$path"
    elif [ ! -e "$image/$path" ]; then
        : > "$image/$path"
    fi
done
sed --quiet 's/^# text: //p' "$list" | while read -r path text; do
    mkdir -p "$image/$(dirname "$path")"
    printf '%b\n' "$text" >> "$image/$path"
done

mkdir -p "$work/root"
install --mode=755 "$tree/tests/rig/stand-in-init.sh" "$work/root/init"
printf '%s\n' "$family" > "$work/root/family"
# Whether dracut's can fetch its root is looked up in it.
[ "$family" != dracut ] || install -D --mode=755 /dev/null "$work/root/usr/sbin/livenetroot"
(cd "$work/root" && find . | busybox cpio -o -H newc 2> "$work/cpio.log" | gzip -1) > "$work/extra.img" || die "cpio: $(< "$work/cpio.log")"
mkdir -p "$image/$(dirname "$kernel")" "$image/$(dirname "$initrd")"
cp "$guest/vmlinuz" "$image/$kernel"
# What comes later replaces what came before.
cat "$guest/initrd.img" "$work/extra.img" > "$image/$initrd"
if [ "$proof" = - ]; then
    find "$image" \( -name '*.squashfs' -o -name '*.sfs' \) -delete
else
    mkdir -p "$work/proof" "$image/$(dirname "$proof")"
    printf '%s-%s' "$family" "$1" > "$work/proof/proof"
    rm -f "$image/$proof"
    mksquashfs "$work/proof" "$image/$proof" -quiet -no-progress -all-root
fi
mkdir -p "$(dirname "$output")"
label=$(sed --quiet 's/^# label: //p' "$list")
xorriso -report_about WARNING -as mkisofs -quiet -rational-rock -joliet -volid "$label" -output "$output" "$image" 2> "$work/xorriso.log" ||
    die "xorriso: $(< "$work/xorriso.log")"
touch --date='5 minutes ago' "$output"
