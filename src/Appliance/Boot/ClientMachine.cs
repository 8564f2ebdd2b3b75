using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Boot;

/// <summary>What is known of the machine that a menu is made for.</summary>
/// <param name="Firmware">Its firmware.</param>
/// <param name="MemoryMib">Its memory in MiB; null when it did not say.</param>
/// <param name="SecureBoot">Whether its firmware runs signed programs only.</param>
public readonly record struct ClientMachine(ClientFirmware Firmware, int? MemoryMib = null, bool SecureBoot = false)
{
    /// <summary>Memory is counted in these steps, so that there are few menus to keep.</summary>
    private const int StepMib = 256;

    /// <summary>No image needs more; whoever has more gets the same menu.</summary>
    private const int MostMib = 32 * 1024;

    private const ushort UnknownSize = 0xFFFF;

    /// <summary>The size stands elsewhere, because it is 32 GiB or more.</summary>
    private const ushort LargeSize = 0x7FFF;

    private const ushort KibibytesBit = 0x8000;

    /// <summary>
    /// Reads <c>{platform}-{buildarch}[-{memsize}[-{SecureBoot}[-{sizes}]]]</c>, the words of iPXE's settings; null when it is
    /// no platform that we know. A setting that this iPXE lacks is empty, and the fact unknown.
    /// </summary>
    public static ClientMachine? TryParse(string name)
    {
        string[] words = name.Split('-');
        ClientFirmware? firmware = words is [var platform, var architecture, ..] ? (platform, architecture) switch
        {
            ("pcbios", "i386" or "x86_64") => ClientFirmware.Bios,
            ("efi", "x86_64") => ClientFirmware.UefiX64,
            ("efi", "i386") => ClientFirmware.UefiIa32,
            ("efi", "arm64") => ClientFirmware.UefiArm64,
            _ => null,
        } : null;
        if (firmware is null || words.Length > 5)
        {
            return null;
        }

        bool toldMemory = int.TryParse(words.ElementAtOrDefault(2), NumberStyles.None, CultureInfo.InvariantCulture, out int mib) && mib > 0;
        int? memory = toldMemory ? mib : SumOfModules(words.ElementAtOrDefault(4) ?? "");
        return new ClientMachine(firmware.Value, memory is { } told ? Round(told) : null, words.ElementAtOrDefault(3) is "1" or "01" or "0x1");
    }

    /// <summary>
    /// Sum of the sizes of memory modules as SMBIOS has them (DMTF DSP0134 §7.18, Size): 16 bits, little-endian, in hexadecimal,
    /// with dots between; in MiB, or in KiB with the highest bit set. Null when none tells.
    /// </summary>
    private static int? SumOfModules(string sizes)
    {
        int sum = 0;
        foreach (string size in sizes.Split('.'))
        {
            if (size.Length != 4 || !ushort.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort swapped))
            {
                continue;
            }

            sum += BinaryPrimitives.ReverseEndianness(swapped) switch
            {
                UnknownSize => 0,
                LargeSize => MostMib,
                >= KibibytesBit and var kib => (kib & ~KibibytesBit) / 1024,
                var mib => mib,
            };
        }

        return sum == 0 ? null : sum;
    }

    /// <summary>
    /// Whether <paramref name="neededMib"/> are there. Needs are rough figures, and firmware and graphics keep some of what
    /// was bought: seven eighths count as enough.
    /// </summary>
    public bool Has(int neededMib) => MemoryMib is null || MemoryMib >= neededMib - (neededMib / 8);

    /// <summary>The nearest step: a PC with 4 GB tells a little less.</summary>
    private static int Round(int mib) => Math.Max(Math.Min(mib, MostMib) + (StepMib / 2), StepMib) / StepMib * StepMib;
}
