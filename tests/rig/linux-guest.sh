#!/usr/bin/env bash
# SUMMARY: Builds the Linux guest of the journeys, artifacts/sample/guest: a kernel, a RAM disk, and an image for it to read.
#
# The kernel is Debian's; the RAM disk is a shell on the serial console with the NFS and NBD clients that people have:
# mount.nfs (nfs-common), nfsmount (klibc) and nbd-client. tree/ is what the image holds, to be compared with.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"

guest=$artifacts/sample/guest
kernel_suite=bookworm
# The programs are run with the host's C library, and so are of the host's release.
program_suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
# Those that Debian's kernel has not built in.
modules=(virtio_pci virtio_net nfs nfsv3 nbd isofs squashfs loop)

# The package linux-image-amd64 only names the current one.
unpack_kernel() {
    local name deb
    deb=$("$tree/board/common/apt-root.sh" fetch "$kernel_suite" linux-image-amd64)
    name=$(dpkg-deb --field "$deb" Depends | sed 's/[ ,].*//')
    deb=$("$tree/board/common/apt-root.sh" fetch "$kernel_suite" "$name")
    dpkg-deb --extract "$deb" "$work/kernel"
}

# The clients, with the libraries that the host lacks.
unpack_programs() {
    local deb debs
    debs=$("$tree/board/common/apt-root.sh" fetch-missing "$program_suite" nbd-client nfs-common klibc-utils)
    while read -r deb; do
        dpkg-deb --extract "$deb" "$work/programs"
    done <<< "$debs"
}

# copy_modules: those in the list and what they need, by the kernel's own table of dependencies.
copy_modules() {
    local version file
    version=$(ls "$work/kernel/lib/modules")
    busybox depmod -b "$work/kernel" "$version"
    awk -v wanted="${modules[*]}" '
        function take(file, i, count, needed) {
            if (file in taken) return
            taken[file] = 1
            print file
            count = split(needs[file], needed, " ")
            for (i = 1; i <= count; i++) take(needed[i])
        }
        {
            file = substr($1, 1, length($1) - 1)
            name = file; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
            $1 = ""; needs[file] = $0; path[name] = file
        }
        END {
            count = split(wanted, names, " ")
            for (i = 1; i <= count; i++) {
                if (!(names[i] in path)) { print "no module " names[i] > "/dev/stderr"; exit 1 }
                take(path[names[i]])
            }
        }' "$work/kernel/lib/modules/$version/modules.dep" > "$work/modules"
    while read -r file; do
        install -D --mode=644 "$work/kernel/lib/modules/$version/$file" "$work/root/lib/modules/$version/$file"
    done < "$work/modules"
    busybox depmod -b "$work/root" "$version"
}

# copy_program PATH: with the libraries it is linked to.
copy_program() {
    local library
    install -D "$1" "$work/root/bin/${1##*/}"
    LD_LIBRARY_PATH=$work/programs/usr/lib/x86_64-linux-gnu:$work/programs/lib/x86_64-linux-gnu ldd "$1" |
        awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' > "$work/libraries"
    while read -r library; do
        install -D "$library" "$work/root/lib/${library##*/}"
    done < "$work/libraries"
}

make_initrd() {
    mkdir -p "$work/root"/{bin,dev,proc,sys,tmp,mnt,etc,run,lib}
    unpack_programs
    copy_program "$(command -v busybox)"
    copy_program "$work/programs/sbin/nbd-client"
    copy_program "$work/programs/sbin/mount.nfs"
    # Linked to klibc, whose library is also its loader.
    install "$work/programs/usr/lib/klibc/bin/nfsmount" "$work/root/bin/nfsmount"
    install "$work/programs/lib"/klibc-*.so "$work/root/lib/"
    # mount.nfs looks the transports up, by netconfig(5) and protocols(5).
    printf 'udp tpi_clts v inet udp - -\ntcp tpi_cots_ord v inet tcp - -\n' > "$work/root/etc/netconfig"
    printf 'tcp 6 TCP\nudp 17 UDP\n' > "$work/root/etc/protocols"
    ln -s bin "$work/root/sbin"
    ln -s lib "$work/root/lib64"
    copy_modules
    install "$tree/tests/rig/linux-guest-init.sh" "$work/root/init"
    (cd "$work/root" && find . | busybox cpio -o -H newc 2> "$work/cpio.log" | gzip -1) > "$work/initrd.img" || die "cpio: $(< "$work/cpio.log")"
}

# What the image holds: names and lengths that a client could stumble over, in every way of reading them.
make_tree() {
    local folder=$work/tree number
    mkdir -p "$folder/many" "$folder/deep/2/3/4/5/6/7" "$folder/Name with blanks, äöü" "$folder/live"
    head --bytes=20000123 /dev/urandom > "$folder/big.bin"
    : > "$folder/empty"
    printf 'x' > "$folder/one-byte"
    head --bytes=1048576 /dev/urandom > "$folder/deep/2/3/4/5/6/7/one-mebibyte"
    printf 'found\n' > "$folder/Name with blanks, äöü/Größe + 1%20.txt"
    for number in {1..60}; do
        printf 'file %s\n' "$number" > "$folder/many/$(printf 'a-long-name-%.0s' {1..12})$number"
    done
    ln -s ../big.bin "$folder/deep/link"
    mksquashfs "$folder" "$work/filesystem.squashfs" -quiet -no-progress -all-root
    mv "$work/filesystem.squashfs" "$folder/live/filesystem.squashfs"
    mkdir -p "$work/media/isos"
    xorriso -report_about WARNING -as mkisofs -quiet -rational-rock -joliet -joliet-long -volid TREE -output "$work/media/isos/tree.iso" "$folder"
}

mkdir -p "$artifacts/sample"
exec 9> "$guest.lock"
flock 9
current=$(cat "$0" "$tree/tests/rig/linux-guest-init.sh" | sha256sum | cut --delimiter=' ' --fields=1)
[ "$(cat "$guest/.made-by" 2> /dev/null)" != "$current" ] || exit 0
work=$(mktemp --directory "$guest.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
unpack_kernel
make_initrd
make_tree
rm -rf "$guest"
mkdir "$guest"
mv "$work/initrd.img" "$work/tree" "$work/media" "$guest/"
mv "$work/kernel"/boot/vmlinuz-* "$guest/vmlinuz"
printf '%s\n' "$current" > "$guest/.made-by"
log "$guest (RAM disk of $(($(stat --format=%s "$guest/initrd.img") / 1048576)) MiB)"
