using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// One entry of a system use area (SUSP 1.12 §4).
/// <code>0 signature (2) | 2 length | 3 version | 4 data</code>
/// </summary>
internal readonly ref struct SystemUseEntry
{
    public const int HeaderLength = VersionOffset + 1;

    private const int SignatureOffset = 0;
    private const int LengthOffset = SignatureOffset + 2;
    private const int VersionOffset = LengthOffset + 1;

    private readonly ReadOnlySpan<byte> _entry;

    private SystemUseEntry(ReadOnlySpan<byte> entry) => _entry = entry;

    /// <summary>Two letters: <c>SP CE NM PX SL CL PL RE TF ER ST …</c></summary>
    public ReadOnlySpan<byte> Signature => _entry.Slice(SignatureOffset, 2);

    public int Length => _entry.Length;

    public ReadOnlySpan<byte> Data => _entry[HeaderLength..];

    /// <summary>
    /// Takes the first entry off <paramref name="area"/>. False at its end: fewer than four bytes, an <c>ST</c> entry, or
    /// zero padding; <paramref name="reason"/> is then null, and set when the entry's length is impossible.
    /// </summary>
    public static bool TryTake(ref ReadOnlySpan<byte> area, out SystemUseEntry entry, out string? reason)
    {
        entry = default;
        reason = null;
        if (area.Length < HeaderLength || area[SignatureOffset] == 0 || area.StartsWith("ST"u8))
        {
            return false;
        }

        int length = area[LengthOffset];
        if (length < HeaderLength || length > area.Length)
        {
            reason = "a Rock Ridge entry is longer than its area";
            return false;
        }

        entry = new SystemUseEntry(area[..length]);
        area = area[length..];
        return true;
    }
}

/// <summary>Where the system use area of a record goes on (SUSP 1.12 §5.1): block, offset in it, length; each both-endian.</summary>
internal readonly record struct ContinuationArea(uint Block, uint Offset, uint Length)
{
    private const int BlockOffset = 0;
    private const int OffsetOffset = BlockOffset + BothEndian.Length32;
    private const int LengthOffset = OffsetOffset + BothEndian.Length32;
    private const int DataLength = LengthOffset + BothEndian.Length32;

    public static bool TryParse(ReadOnlySpan<byte> data, out ContinuationArea area, [NotNullWhen(false)] out string? reason)
    {
        area = default;
        if (data.Length < DataLength)
        {
            reason = "a continuation entry (CE) is too short";
            return false;
        }

        area = new ContinuationArea(
            BothEndian.Read32(data[BlockOffset..]), BothEndian.Read32(data[OffsetOffset..]), BothEndian.Read32(data[LengthOffset..]));
        reason = null;
        return true;
    }
}

/// <summary>
/// The entry that says that SUSP is in use, first in the root's own record (SUSP 1.12 §5.3): <c>BE EF</c> and how many
/// bytes to skip in every other record's system use area.
/// </summary>
internal static class SharingProtocolIndicator
{
    /// <summary>Bytes of CD-ROM XA attributes that may precede the entry in the root's record.</summary>
    private const int XaLength = 14;

    public static bool TryFind(ReadOnlySpan<byte> rootSystemUse, out int skip, out int start)
    {
        foreach (int offset in (ReadOnlySpan<int>)[0, XaLength])
        {
            if (rootSystemUse.Length >= offset + 7
                && rootSystemUse[offset..] is [(byte)'S', (byte)'P', 7, 1, 0xbe, 0xef, byte length, ..])
            {
                (skip, start) = (length, offset);
                return true;
            }
        }

        (skip, start) = (0, 0);
        return false;
    }
}
