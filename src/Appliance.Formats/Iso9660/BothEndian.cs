using System.Buffers.Binary;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Numbers recorded twice, least significant byte first and then most significant byte first (ECMA-119 §7.2.3, §7.3.3).
/// The first half is what Linux and every loader read; the second is left unfilled by some writers, so it only warns.
/// </summary>
internal static class BothEndian
{
    public const int Length16 = 4;
    public const int Length32 = 8;

    public static ushort Read16(ReadOnlySpan<byte> field) => BinaryPrimitives.ReadUInt16LittleEndian(field);

    public static uint Read32(ReadOnlySpan<byte> field) => BinaryPrimitives.ReadUInt32LittleEndian(field);

    public static bool Agrees32(ReadOnlySpan<byte> field) =>
        BinaryPrimitives.ReadUInt32BigEndian(field[4..]) == BinaryPrimitives.ReadUInt32LittleEndian(field);

    public static void Write16(Span<byte> field, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, value);
        BinaryPrimitives.WriteUInt16BigEndian(field[2..], value);
    }

    public static void Write32(Span<byte> field, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        BinaryPrimitives.WriteUInt32BigEndian(field[4..], value);
    }
}
