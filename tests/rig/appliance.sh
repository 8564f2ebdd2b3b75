#!/usr/bin/env bash
# SUMMARY: Switches on a machine that runs the firmware image: QEMU with a disk and a tap, its console on standard input and output.
#
# As pc.sh, for the other end of the wire; never uses hardware virtualisation either.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"

usage() {
    cat << 'TEXT'
usage: appliance.sh MACHINE DISK TAP

MACHINE  pc-bios     q35 with SeaBIOS
         pc-uefi     q35 with OVMF
         pc-sim      pc-bios with a light and a button on simulated lines (sim-board.asl)
         orangepi    Orange Pi PC: the Allwinner H3 of the NanoPi NEO, its ROM, SD card and Ethernet
         virt        QEMU's virt machine, ARMv7, with an AHCI disk and a gigabit card
DISK     the image, at its card's full size (a power of two for orangepi)
TAP      an existing tap interface on the wire

QEMU's monitor listens on DISK.monitor. Leave an interactive console with Ctrl-A X.
TEXT
}

[ $# = 3 ] || { usage >&2 && exit 2; }
machine=$1 disk=$2 tap=$3
if [ -t 0 ]; then serial=mon:stdio; else serial=stdio; fi
common=(-no-user-config -display none -serial "$serial" -monitor "unix:$disk.monitor,server=on,wait=off")
drive=(-drive "file=$disk,format=raw,if=none,id=disk")
network="tap,id=wire,ifname=$tap,script=no,downscript=no"

pc() {
    exec qemu-system-x86_64 -nodefaults "${common[@]}" -accel "tcg,thread=multi" -cpu "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand" \
        -m 512 -smp 2 "${drive[@]}" -device ide-hd,drive=disk,bus=ide.0,bootindex=1 \
        -netdev "$network" -device e1000e,netdev=wire,romfile= -device i6300esb -device qemu-xhci,id=usb "$@"
}

case $machine in
    pc-bios) pc -machine q35,graphics=off ;;
    pc-sim)
        # iasl puts its own extension in place of the one that is there.
        iasl -p "${disk%.*}.aml" "$tree/tests/rig/sim-board.asl" > "$disk.acpi.log" 2>&1 || die "iasl: $(< "$disk.acpi.log")"
        pc -machine q35,graphics=off -acpitable "file=${disk%.*}.aml"
        ;;
    pc-uefi)
        # QEMU opens it by this name; the unlinked file lives as long as the descriptor that it inherits.
        variables=$(mktemp)
        cp /usr/share/OVMF/OVMF_VARS_4M.fd "$variables"
        exec 8<> "$variables"
        rm "$variables"
        pc -machine q35 -drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
            -drive if=pflash,format=raw,unit=1,file=/proc/self/fd/8
        ;;
    orangepi)
        # U-Boot tells the processor that its timer runs at 24 MHz; QEMU's runs at 62.5 MHz unless it is told, and the
        # guest's seconds were too short.
        exec qemu-system-arm -machine orangepi-pc "${common[@]}" -global driver=cortex-a7-arm-cpu,property=cntfrq,value=24000000 \
            -drive "file=$disk,format=raw,if=sd" -nic "${network/id=wire,/},model=allwinner-sun8i-emac"
        ;;
    virt)
        # highmem=off: the kernel has no large addresses, behind which the PCI bus would be.
        exec qemu-system-arm -machine virt,highmem=off -nodefaults "${common[@]}" -cpu cortex-a15 -smp 2 -m 512 \
            -kernel "$artifacts/image/qemu-armv7/images/kernel" \
            -append 'root=PARTUUID=6e627400-02 rootfstype=squashfs ro rootwait panic=10 quiet console=ttyAMA0' \
            -device ich9-ahci,id=ahci "${drive[@]}" -device ide-hd,drive=disk,bus=ahci.0 \
            -netdev "$network" -device e1000e,netdev=wire,romfile= -device i6300esb
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
