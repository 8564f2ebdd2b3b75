using System.Text;
using Appliance.Formats.Dhcp;

namespace Appliance.Formats.Pxe;

/// <summary>Codes inside option 43 of a PXE client or server (PXE 2.1, table 2-1).</summary>
public enum PxeOptionCode : byte
{
    /// <summary>How the client looks for its boot server.</summary>
    DiscoveryControl = 6,

    /// <summary>A menu's items: type, length of the text, text.</summary>
    BootMenu = 9,

    /// <summary>Seconds before the first item is taken, and a text.</summary>
    MenuPrompt = 10,

    /// <summary>What the client chose: type and layer, two bytes each.</summary>
    BootItem = 71,
}

/// <summary>Option 43 as PXE defines it: encapsulated options, ended by 255.</summary>
public static class PxeOptions
{
    private const int BootItemLength = 4;

    // PXE 2.1, table 2-1, PXE_DISCOVERY_CONTROL: bit 3.
    private const byte UseFileOfThisPacket = 8;

    // Bits 0 and 1: neither broadcast nor multicast.
    private const byte AskNobodyElse = 3;

    /// <summary>
    /// "Boot file name of this packet is to be used, without prompt, menu or discovery": what every ROM understands.
    /// </summary>
    public static ReadOnlySpan<byte> UseBootFile =>
        [(byte)PxeOptionCode.DiscoveryControl, 1, UseFileOfThisPacket, (byte)DhcpOptionCode.End];

    /// <summary>A menu of one item, which is taken at once; for firmware that looks for its own name there.</summary>
    /// <param name="item">At most 250 ASCII characters.</param>
    public static byte[] BootMenuOf(string item)
    {
        ReadOnlySpan<byte> prompt = "PXE"u8;
        return
        [
            (byte)PxeOptionCode.DiscoveryControl, 1, AskNobodyElse,
            (byte)PxeOptionCode.MenuPrompt, (byte)(1 + prompt.Length), 0, .. prompt,
            (byte)PxeOptionCode.BootMenu, (byte)(3 + item.Length), 0, 0, (byte)item.Length, .. Encoding.ASCII.GetBytes(item),
            (byte)DhcpOptionCode.End,
        ];
    }

    /// <summary>Room that <see cref="WriteBootItem"/> needs.</summary>
    public const int BootItemOptionLength = 2 + BootItemLength + 1;

    /// <summary>
    /// Writes the answer to a client that chose a boot item: the same item, which it compares (PXE 2.1 §2.3). 0 when the
    /// request's option 43 names none.
    /// </summary>
    /// <param name="requested">Option 43 of the request.</param>
    public static int WriteBootItem(Span<byte> destination, ReadOnlySpan<byte> requested)
    {
        var reader = new DhcpOptionReader(requested);
        while (reader.TryRead(out DhcpOptionCode code, out ReadOnlySpan<byte> value))
        {
            if ((PxeOptionCode)code == PxeOptionCode.BootItem && value.Length == BootItemLength)
            {
                destination[0] = (byte)code;
                destination[1] = BootItemLength;
                value.CopyTo(destination[2..]);
                destination[2 + BootItemLength] = (byte)DhcpOptionCode.End;
                return BootItemOptionLength;
            }
        }

        return 0;
    }
}
