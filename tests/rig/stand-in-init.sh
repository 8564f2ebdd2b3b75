#!/bin/busybox sh
# SUMMARY: First process of a stand-in: does what a distribution's initial RAM disk does with the kernel's parameters.
#
# /family says which; each function keeps the rules of that family's documentation and no more. It ends with
# "STAND-IN FAMILY: found PROOF by WAY" or "STAND-IN FAMILY: REASON" on the serial console, and switches the PC off.
# shellcheck shell=dash
set -u
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
exec > /dev/ttyS0 2>&1
dmesg -n 1
for module in virtio_pci virtio_net nfs nfsv3 isofs squashfs loop; do
    modprobe "$module"
done
mkdir -p /mnt /proof
family=$(cat /family)

end() {
    printf '\nSTAND-IN %s: %s\n' "$family" "$*"
    sleep 1
    poweroff -f
}

# value NAME: of the last NAME=VALUE among the kernel's parameters.
value() {
    local word found=
    # shellcheck disable=SC2013 # it is words that are wanted
    for word in $(cat /proc/cmdline); do
        case $word in "$1"=*) found=${word#*=} ;; esac
    done
    printf '%s' "$found"
}

# has WORD: whether it is one of the kernel's parameters.
has() { case " $(cat /proc/cmdline) " in *" $1 "*) ;; *) return 1 ;; esac }

need() { has "$1" || end "the parameter $1 is missing"; }

# network: an address by DHCP, as every family gets one.
network() {
    # shellcheck disable=SC2016 # for udhcpc's script
    printf '#!/bin/sh\n[ "$1" != bound ] || ip address add "$ip/24" dev "$interface"\n' > /tmp/bound
    chmod +x /tmp/bound
    ip link set eth0 up
    udhcpc -i eth0 -n -q -t 10 -s /tmp/bound > /tmp/udhcpc 2>&1 || end "no address: $(tail -1 /tmp/udhcpc)"
}

fetch() { wget -q -O "$2" "$1" || end "missing: $1"; }

# prove FILE WAY: what was looked for is a squashfs that holds one word.
prove() {
    mount -t squashfs -o loop,ro "$1" /proof || end "no squashfs: $1"
    end "found $(cat /proof/proof) by $2"
}

# first PATTERN: a file that matches and is not empty, as most of a stand-in's are.
first() {
    for file in $1; do
        [ ! -s "$file" ] || { printf '%s' "$file"; return; }
    done
    end "missing: $1" >&2
}

mount_iso() {
    fetch "$1" /tmp/image.iso
    mount -t iso9660 -o loop,ro /tmp/image.iso /mnt || end "no ISO image: $1"
}

# scripts/casper and its mount of url=, iso-url= and nfsroot= (casper 1.470 to 1.520).
casper() {
    need boot=casper
    [ "$(value ip)" = dhcp ] || end 'ip=dhcp is missing'
    network
    if has netboot=nfs; then
        nfsmount -o ro,nolock "$(value nfsroot)" /mnt || end "cannot be mounted: $(value nfsroot)"
        prove "$(first '/mnt/casper/*.squashfs')" nfsroot
    fi
    way=iso-url
    url=$(value iso-url)
    [ -n "$url" ] || { way=url; url=$(value url); }
    # casper takes only what ends in .iso for an image.
    case $url in *.iso) ;; *) end "no image: $url" ;; esac
    mount_iso "$url"
    prove "$(first '/mnt/casper/*.squashfs')" "$way"
}

# live-boot(7): fetch= takes a squashfs or an ISO image; its own DHCP.
live_boot() {
    need boot=live
    network
    case $(value fetch) in
        *.squashfs) fetch "$(value fetch)" /tmp/root.squashfs; prove /tmp/root.squashfs fetch ;;
        *.iso) mount_iso "$(value fetch)"; prove "$(first '/mnt/live/*.squashfs')" fetch ;;
    esac
    need netboot=nfs
    nfsmount -o ro,nolock "$(value nfsroot)" /mnt || end "cannot be mounted: $(value nfsroot)"
    prove "$(first '/mnt/live/*.squashfs')" nfsroot
}

# archiso_pxe_common, archiso_pxe_http, archiso_pxe_nfs: nothing without ip=; the server's URL ends with a slash.
archiso() {
    [ -n "$(value ip)" ] || end 'ip= is missing'
    network
    image=$(value archisobasedir)/x86_64/airootfs.sfs
    server=$(value archiso_http_srv)
    if [ -n "$server" ]; then
        case $server in */) ;; *) end "no slash at the end: $server" ;; esac
        fetch "$server$image" /tmp/airootfs.sfs
        prove /tmp/airootfs.sfs archiso_http_srv
    fi
    nfsmount -o ro,nolock "$(value archiso_nfs_srv)" /mnt || end "cannot be mounted: $(value archiso_nfs_srv)"
    prove "/mnt/$image" archiso_nfs_srv
}

# dracut.cmdline(7), livenet: root=live:URL, with a network that something asks for.
dracut() {
    need rd.live.image
    has rd.neednet=1 || [ -n "$(value ip)" ] || end 'nothing asks for the network'
    network
    case $(value root) in live:http*) ;; *) end "no root=live:URL: $(value root)" ;; esac
    url=$(value root)
    fetch "${url#live:}" /tmp/root.img
    prove /tmp/root.img root=live
}

# anaconda's dracut module, anaconda-lib.sh: the tree's .treeinfo names the runtime image, else two usual places.
anaconda() {
    has rd.neednet=1 || [ -n "$(value ip)" ] || end 'nothing asks for the network'
    network
    way=inst.repo
    tree=$(value inst.repo)
    [ -n "$tree" ] || { way=inst.stage2; tree=$(value inst.stage2); }
    image=
    if wget -q -O /tmp/treeinfo "$tree/.treeinfo"; then
        image=$(sed -n '/^\[stage2\]/,/^\[/s/^mainimage *= *//p' /tmp/treeinfo)
    fi
    for path in $image images/install.img LiveOS/squashfs.img; do
        if wget -q -O /tmp/install.img "$tree/$path"; then
            prove /tmp/install.img "$way"
        fi
    done
    end "missing: a runtime image in $tree"
}

# linuxrc: the repository's root image belongs to the machine.
linuxrc() {
    [ "$(value netsetup)" = dhcp ] || end 'netsetup=dhcp is missing'
    network
    fetch "$(value install)/boot/x86_64/root" /tmp/root
    prove /tmp/root install
}

# initramfs-init of mkinitfs: the only repository is alpine_repo=, the modules come by modloop=.
alpine() {
    [ "$(value ip)" = dhcp ] || end 'ip=dhcp is missing'
    network
    fetch "$(value alpine_repo)/x86_64/APKINDEX.tar.gz" /tmp/index
    fetch "$(value modloop)" /tmp/modloop
    prove /tmp/modloop modloop
}

# The owner's files: one in a folder of its own, and a script in a folder that is a link here and must stay one.
injected() {
    [ -L /sbin ] || end '/sbin is a link no more'
    [ -x /sbin/own-script ] || end 'missing: /sbin/own-script, executable'
    end "found $(cat '/own files/proof') by $(/sbin/own-script)"
}

case $family in
    injected | casper | live_boot | archiso | dracut | anaconda | linuxrc | alpine) "$family" ;;
    *) end 'no such family' ;;
esac
