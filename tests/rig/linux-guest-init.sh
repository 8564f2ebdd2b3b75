#!/bin/busybox sh
# SUMMARY: First process of the Linux guest: does what lines on the serial console say, each in a shell of its own.
#
# After each line it prints "[NUMBER: STATUS]" on a line of its own, so that the other side knows when it is done.
# shellcheck shell=dash
set -eu
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
# The console is for answers; the kernel's own words stay in dmesg.
dmesg -n 1
for module in virtio_pci virtio_net nfs nfsv3 nbd isofs squashfs; do
    modprobe "$module"
done
ip link set lo up
ip link set eth0 up
ip address add 192.168.100.70/24 dev eth0
stty -echo < /dev/console
number=0
printf '\n[0: 0]\n'
while IFS= read -r line; do
    number=$((number + 1))
    status=0
    sh -c "$line" 2>&1 || status=$?
    printf '\n[%d: %d]\n' "$number" "$status"
done
