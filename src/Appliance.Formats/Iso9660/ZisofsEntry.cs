using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// What the entry ZF, or Z2, says of a file that is recorded in a compressed form, to be seen as it was before (zisofs;
/// libisofs, doc/zisofs2_format.txt, "ZF System Use Entry Format").
/// <code>0 algorithm (2) | 2 header length / 4 | 3 log2 of block length | 4 length before (8)</code>
/// </summary>
/// <param name="Length">Bytes of the file before it was compressed.</param>
/// <param name="IsKnown">Whether its algorithm is the one that <see cref="ZisofsFile"/> undoes, zlib.</param>
public readonly record struct ZisofsEntry(long Length, bool IsKnown)
{
    private const int AlgorithmLength = 2;
    private const int LengthOffset = AlgorithmLength + 2;
    private const int DataLength = LengthOffset + sizeof(ulong);

    internal static bool TryParse(ReadOnlySpan<byte> data, out ZisofsEntry entry, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        if (data.Length < DataLength)
        {
            reason = "an entry for a compressed file (ZF) is too short";
            return false;
        }

        // Version 1 knows "pz" alone and records 32 bits in both byte orders, version 2 64 bits.
        bool isFirstVersion = data.StartsWith("pz"u8);
        ulong length = isFirstVersion
            ? BothEndian.Read32(data[LengthOffset..])
            : BinaryPrimitives.ReadUInt64LittleEndian(data[LengthOffset..]);
        if (length > long.MaxValue)
        {
            reason = "a compressed file (ZF) is said to be longer than any file";
            return false;
        }

        entry = new ZisofsEntry((long)length, isFirstVersion || data.StartsWith("PZ"u8));
        reason = null;
        return true;
    }
}
