#!/usr/bin/env bash
# SUMMARY: Makes sure that this host has the tools for a purpose: build, lint, test, test-all, demo, demo-arm64, live, bench,
# image, image-armhf, image-buildroot, test-image, check-buildroot, test-deb.
#
# As root on Debian it installs what is missing; otherwise it prints the exact line to run. Only packages without a
# service of their own are in the table, so that no server starts on the host.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"

# purpose | command, file or library that proves it is there | Debian package
table="
build clang                                    clang
build objcopy                                  binutils
build /usr/include/zlib.h                      zlib1g-dev
build libsqlite3.so.0                          libsqlite3-0
lint  shellcheck                               shellcheck
pc    ip                                       iproute2
pc    unshare                                  util-linux
pc    xorriso                                  xorriso
pc    qemu-system-x86_64                       qemu-system-x86
pc    /usr/share/seabios/bios-256k.bin         seabios
pc    /usr/lib/ipxe/qemu/pxe-virtio.rom        ipxe-qemu
pc    /usr/share/OVMF/OVMF_CODE_4M.fd          ovmf
arm64 qemu-system-aarch64                      qemu-system-arm
arm64 /usr/share/AAVMF/AAVMF_CODE.fd           qemu-efi-aarch64
test  genisoimage                              genisoimage
test  7z                                       p7zip-full
test  /usr/lib/grub-rescue/grub-rescue-cdrom.iso grub-rescue-pc
test  /usr/lib/memtest86+/memtest86+x64.iso    memtest86+
test  udhcpc                                   udhcpc
test  dhclient                                 isc-dhcp-client
test  dhcping                                  dhcping
test  perfdhcp                                 kea-admin
test  tftp                                     tftp-hpa
test  atftp                                    atftp
test  curl                                     curl
test  busybox                                  busybox
test  cpio                                     cpio
test  mkudffs                                  udftools
test  xz                                       xz-utils
test  zstd                                     zstd
test  strace                                   strace
test  /usr/share/doc/libudfread0               libudfread0
test  /usr/lib/ipxe/ipxe.iso                   ipxe
test  mcopy                                    mtools
test  /usr/sbin/mkfs.fat                       dosfstools
test  /usr/sbin/sfdisk                         fdisk
test  /usr/sbin/sgdisk                         gdisk
test  mksquashfs                               squashfs-tools
test  dnsmasq                                  dnsmasq-base
test  nft                                      nftables
live  mmdebstrap                               mmdebstrap
live  mksquashfs                               squashfs-tools
test  nbdcopy                                  libnbd-bin
test  qemu-img                                 qemu-utils
test  genimage                                 genimage
test  iasl                                     acpica-tools
test  ssh-keygen                               openssh-client
test  mkenvimage                               u-boot-tools
test  nfs-ls                                   libnfs-utils
test  tmux                                     tmux
test  jq                                       jq
test  wget                                     wget
test  openssl                                  openssl
test  chromium                                 chromium
bench perfdhcp                                 kea-admin
bench atftp                                    atftp
bench curl                                     curl
bench jq                                       jq
bench dnsmasq                                  dnsmasq-base
bench wrk                                      wrk
bench nbdkit                                   nbdkit
bench nbdcopy                                  libnbd-bin
image make                                     make
image gcc                                      gcc
image /usr/include/stdio.h                     libc6-dev
image flex                                     flex
image bison                                    bison
image bc                                       bc
image /usr/include/libelf.h                    libelf-dev
image ccache                                   ccache
image xz                                       xz-utils
image zstd                                     zstd
image lz4                                      lz4
image depmod                                   kmod
image readelf                                  binutils
image openssl                                  openssl
image genimage                                 genimage
image mcopy                                    mtools
image /usr/sbin/mkfs.fat                       dosfstools
image mksquashfs                               squashfs-tools
image mkenvimage                               u-boot-tools
armhf arm-linux-gnueabihf-gcc                  gcc-arm-linux-gnueabihf
axe   npm                                      npm
buildroot g++                                  g++
buildroot gcc                                  gcc
buildroot make                                 make
buildroot patch                                patch
buildroot perl                                 perl
buildroot wget                                 wget
buildroot cpio                                 cpio
buildroot unzip                                unzip
buildroot rsync                                rsync
buildroot bc                                   bc
buildroot file                                 file
buildroot bzip2                                bzip2
buildroot xz                                   xz-utils
buildroot python3                              python3
buildroot openssl                              openssl
buildroot /usr/include/ncurses.h               libncurses-dev
check /usr/lib/python3/dist-packages/magic     python3-magic
check /usr/lib/python3/dist-packages/flake8    python3-flake8
check jq                                       jq
check shellcheck                               shellcheck
deb   curl                                     curl
deb   ip                                       iproute2
deb   unshare                                  util-linux
bench nft                                      nftables
bench busybox                                  busybox
bench tftp                                     tftp-hpa
"

# groups PURPOSE: the rows of the table that it needs.
groups() {
    case $1 in
        build | lint) printf '%s' "$1" ;;
        demo) printf 'build pc' ;;
        live) printf 'pc live' ;;
        demo-arm64) printf 'build pc arm64' ;;
        test) printf 'build pc test' ;;
        test-all) printf 'build pc arm64 test live deb axe' ;;
        bench) printf 'build pc bench' ;;
        image) printf 'image' ;;
        image-armhf) printf 'image armhf' ;;
        image-buildroot) printf 'buildroot' ;;
        check-buildroot) printf 'image armhf buildroot check' ;;
        test-deb) printf 'build live deb' ;;
        test-image) printf 'build pc arm64 test image armhf' ;;
        *) die "unknown purpose '$1': build, lint, test, test-all, demo, demo-arm64, live, bench, image, image-armhf," \
            "image-buildroot, test-image, check-buildroot, test-deb" ;;
    esac
}

is_there() {
    case $1 in
        /*) [ -e "$1" ] ;;
        *.so.*) ldconfig --print-cache | grep --fixed-strings "$1 (" > /dev/null ;;
        *) have "$1" ;;
    esac
}

# The packages that the purposes need and this host lacks, one line each.
missing() {
    local purpose group proof package wanted=' '
    for purpose in "$@"; do
        wanted+="$(groups "$purpose") "
    done
    while read -r group proof package; do
        [[ $wanted == *" $group "* ]] || continue
        is_there "$proof" || printf '%s\n' "$package"
    done <<< "$table" | sort --unique
}

install_packages() {
    # Container images may empty the package cache after each run; nothing here relies on it.
    local options=(--yes --no-install-recommends --option DPkg::Lock::Timeout=300 --option Acquire::Retries=3)
    export DEBIAN_FRONTEND=noninteractive
    log "installing $*"
    # A first try with the lists that are there: reading new ones costs seconds and is seldom needed.
    apt-get "${options[@]}" --quiet --quiet install "$@" > /dev/null 2>&1 && return
    apt-get --quiet --quiet --option Acquire::Retries=3 update
    apt-get "${options[@]}" --quiet install "$@"
}

require_dotnet() {
    local wanted remedy
    wanted=$(sed --quiet 's/.*"version": *"\([^"]*\)".*/\1/p' "$tree/global.json")
    remedy="install the .NET SDK $wanted or a later feature band of it (https://dotnet.microsoft.com/download), and put it in PATH"
    have dotnet || die "no .NET SDK: $remedy"
    (cd "$tree" && dotnet --version > /dev/null) || die "the .NET SDK does not suit (see above): $remedy"
}

[ $# -gt 0 ] || die "usage: $program PURPOSE..."
for purpose in "$@"; do
    groups "$purpose" > /dev/null
done
mapfile -t packages < <(missing "$@")
if [ "${#packages[@]}" -gt 0 ]; then
    line="apt-get install --no-install-recommends ${packages[*]}"
    have apt-get || die "needs ${packages[*]} (names of Debian packages): this host has no apt-get, install them by its own means"
    [ "$(id --user)" = 0 ] || die "needs packages; run as root: $line"
    install_packages "${packages[@]}" || die "could not install; as root: apt-get update && $line"
    mapfile -t packages < <(missing "$@")
    [ "${#packages[@]}" = 0 ] || die "still missing after the installation: ${packages[*]}"
fi
for purpose in "$@"; do
    case $purpose in
        lint | image | image-armhf | image-buildroot | check-buildroot) ;;
        *) require_dotnet && break ;;
    esac
done
