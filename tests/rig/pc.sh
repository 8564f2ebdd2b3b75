#!/usr/bin/env bash
# SUMMARY: Switches on a PC that boots from the network: QEMU on a tap, its console on standard input and output.
#
# The one place that knows QEMU's command line; the demo, the journeys and the bench all start their PCs here. Never
# uses hardware virtualisation: the rig must run in containers and virtual machines, where /dev/kvm may open and hang.
set -euo pipefail
# shellcheck source=../../board/common/shell.sh
source "$(dirname "$0")/../../board/common/shell.sh"

usage() {
    cat << 'TEXT'
usage: pc.sh FIRMWARE TAP [INSTANCE]

FIRMWARE  bios        SeaBIOS with QEMU's own iPXE in the card
          uefi        OVMF with its own PXE client
          uefi-http   OVMF with its HTTP boot client
          uefi-ipv6, uefi-ipv6-http  the same two, over IPv6
          uefi-sb     the first of these with Secure Boot and Microsoft's keys
          uefi-sb-http  the second
          arm64       AAVMF with its own PXE client
          arm64-http  AAVMF with its HTTP boot client
          linux       none: the guest of tests/rig/linux-guest.sh is in memory at power-on
TAP       an existing tap interface on the wire
INSTANCE  1 to 99, part of the MAC address; 1 by default
PC_MEMORY_MIB in the environment: its memory; 1024 by default
PC_DISK_MIB   an empty disk of that size, which ends with it; none by default

Leave an interactive console with Ctrl-A X.
TEXT
}

memory_mib=${PC_MEMORY_MIB:-1024}
[ $# -ge 2 ] || { usage >&2 && exit 2; }
firmware=$1 tap=$2 instance=${3:-1}
printf -v mac '52:54:00:70:62:%02d' "$instance"

network=(-netdev "tap,id=wire,ifname=$tap,script=no,downscript=no")
# A terminal gets QEMU's monitor as well (and Ctrl-C goes to the guest); a pipe gets the bare console.
if [ -t 0 ]; then serial=mon:stdio; else serial=stdio; fi
common=(-nodefaults -no-user-config -display none -m "$memory_mib" -smp 1 -no-reboot -serial "$serial" -device virtio-rng-pci)

# An unlinked file lives as long as the descriptor that QEMU inherits.
if [ "${PC_DISK_MIB:-0}" != 0 ]; then
    disk=$(mktemp)
    truncate --size="${PC_DISK_MIB}M" "$disk"
    exec 9<> "$disk"
    rm "$disk"
    common+=(-drive "if=virtio,format=raw,file=/proc/self/fd/9")
fi

# uefi CODE VARS: firmware in flash, with variables that this PC may write and that end with it. No ROM in the card
# (romfile=), so that the firmware's own network stack is the client.
uefi() {
    local variables
    if [ ! -r "$1" ] || [ ! -r "$2" ]; then
        die "needs $1 and $2: packages ovmf and qemu-efi-aarch64"
    fi
    # QEMU opens it by this name; the unlinked file lives as long as the descriptor that it inherits.
    variables=$(mktemp)
    cp "$2" "$variables"
    exec 8<> "$variables"
    rm "$variables"
    flash=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=$1" -drive "if=pflash,format=raw,unit=1,file=/proc/self/fd/8")
    network+=(-device "virtio-net-pci,netdev=wire,mac=$mac,bootindex=1,romfile=")
}

without_pxe_ipv4=(-fw_cfg "name=opt/org.tianocore/IPv4PXESupport,string=n")
# Without PXE, over either protocol, OVMF goes straight to HTTP boot: IPv4, and, where nobody gives an address, IPv6.
without_pxe=("${without_pxe_ipv4[@]}" -fw_cfg "name=opt/org.tianocore/IPv6PXESupport,string=n")

x64=(qemu-system-x86_64 -accel "tcg,thread=multi" -cpu "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand")
arm64=(qemu-system-aarch64 -accel "tcg,thread=multi" -machine virt -cpu cortex-a57)
case $firmware in
    bios)
        # graphics=off: SeaBIOS, iPXE, GRUB and memdisk write to the serial port instead of a screen.
        network+=(-device "virtio-net-pci,netdev=wire,mac=$mac,bootindex=1")
        exec "${x64[@]}" -machine q35,graphics=off "${common[@]}" "${network[@]}"
        ;;
    linux)
        guest=$artifacts/sample/guest
        network+=(-device "virtio-net-pci,netdev=wire,mac=$mac,romfile=")
        exec "${x64[@]}" -machine q35 "${common[@]}" "${network[@]}" \
            -kernel "$guest/vmlinuz" -initrd "$guest/initrd.img" -append "console=ttyS0 quiet panic=-1"
        ;;
    uefi | uefi-http | uefi-ipv6 | uefi-ipv6-http)
        uefi /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_VARS_4M.fd
        case $firmware in
            *-http) flash+=("${without_pxe[@]}") ;;
            *-ipv6) flash+=("${without_pxe_ipv4[@]}") ;;
        esac
        exec "${x64[@]}" -machine q35 "${common[@]}" "${flash[@]}" "${network[@]}"
        ;;
    uefi-sb | uefi-sb-http)
        # Only code in system management mode may write the keys: that is what makes it secure (OVMF README, SMM_REQUIRE).
        uefi /usr/share/OVMF/OVMF_CODE_4M.secboot.fd /usr/share/OVMF/OVMF_VARS_4M.ms.fd
        flash+=(-global "driver=cfi.pflash01,property=secure,value=on")
        [ "$firmware" = uefi-sb ] || flash+=("${without_pxe[@]}")
        exec "${x64[@]}" -machine q35,smm=on "${common[@]}" "${flash[@]}" "${network[@]}"
        ;;
    arm64 | arm64-http)
        uefi /usr/share/AAVMF/AAVMF_CODE.fd /usr/share/AAVMF/AAVMF_VARS.fd
        [ "$firmware" = arm64 ] || flash+=("${without_pxe[@]}")
        exec "${arm64[@]}" "${common[@]}" "${flash[@]}" "${network[@]}"
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
