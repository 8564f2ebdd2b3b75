using System.Globalization;
using System.Text.RegularExpressions;

namespace Appliance.E2E.Rig;

/// <summary>The firmware of a PC; its name for tests/rig/pc.sh.</summary>
internal static class Firmware
{
    /// <summary>SeaBIOS with the iPXE that QEMU's card carries.</summary>
    public const string Bios = "bios";

    /// <summary>OVMF with its own PXE client.</summary>
    public const string Uefi = "uefi";

    /// <summary>OVMF with its HTTP boot client.</summary>
    public const string UefiHttp = "uefi-http";

    /// <summary>OVMF with its own PXE client, over IPv6 alone.</summary>
    public const string UefiIpv6 = "uefi-ipv6";

    /// <summary>OVMF with its HTTP boot client, which goes on to IPv6 where IPv4 gives no address.</summary>
    public const string UefiIpv6Http = "uefi-ipv6-http";

    /// <summary>OVMF with Secure Boot and Microsoft's keys, and its own PXE client.</summary>
    public const string UefiSecureBoot = "uefi-sb";

    /// <summary>OVMF with Secure Boot and Microsoft's keys, and its HTTP boot client.</summary>
    public const string UefiHttpSecureBoot = "uefi-sb-http";

    /// <summary>AAVMF with its own PXE client.</summary>
    public const string Arm64 = "arm64";

    /// <summary>AAVMF with its HTTP boot client.</summary>
    public const string Arm64Http = "arm64-http";
}

/// <summary>A PC on a <see cref="Wire"/> that is switched on and boots from the network; switched off when disposed.</summary>
internal sealed class QemuPc : IAsyncDisposable
{
    /// <summary>What OVMF, SeaBIOS and iPXE show when nothing on the network booted.</summary>
    private const string GaveUp = "UEFI Interactive Shell|No bootable device|iPXE> ";

    private readonly RunningQemu _qemu;

    private QemuPc(RunningQemu qemu) => _qemu = qemu;

    /// <inheritdoc cref="RunningQemu.Console"/>
    public ConsoleLog Console => _qemu.Console;

    /// <param name="memoryMib">Its memory in MiB: 1024 is the least that systems of today want.</param>
    /// <param name="diskMib">Length of its empty disk in MiB; 0 for none.</param>
    public static QemuPc PowerOn(Wire wire, string firmware, string name, int memoryMib = 1024, int diskMib = 0) => new(new RunningQemu(
        wire.StartBesideBridge(
            "env", string.Create(CultureInfo.InvariantCulture, $"PC_MEMORY_MIB={memoryMib}"),
            string.Create(CultureInfo.InvariantCulture, $"PC_DISK_MIB={diskMib}"), Repository.Script("tests/rig/pc.sh"), firmware, Wire.Tap),
        name));

    /// <summary>As <see cref="ConsoleLog.WaitForAsync"/>, but ends as soon as the firmware has given the network up.</summary>
    /// <exception cref="TimeoutException">It did not come.</exception>
    /// <exception cref="InvalidOperationException">The firmware went on to its own shell, or stopped.</exception>
    public async Task<int> WaitForAsync(string pattern, TimeSpan deadline, int start)
    {
        int end = await Console.WaitForAsync($"{pattern}|{GaveUp}", deadline, start);
        return Regex.IsMatch(Console.Text[start..end], GaveUp)
            ? throw new InvalidOperationException($"the PC gave up before /{pattern}/:\n{Console.Text[start..end]}")
            : end;
    }

    /// <inheritdoc cref="RunningQemu.TypeAsync"/>
    public Task TypeAsync(string keys) => _qemu.TypeAsync(keys);

    public ValueTask DisposeAsync() => _qemu.DisposeAsync();
}
