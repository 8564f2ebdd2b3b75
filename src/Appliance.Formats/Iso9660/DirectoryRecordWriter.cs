namespace Appliance.Formats.Iso9660;

/// <summary>Writes directory records; their layout is drawn at <see cref="DirectoryRecord"/> (ECMA-119 §9.1).</summary>
internal static class DirectoryRecordWriter
{
    /// <summary>Longest record: its length is one byte and even (§9.1.1, §9.1.13).</summary>
    public const int MaxLength = byte.MaxValue - 1;

    private const int YearOffset = 1900;

    /// <summary>Bytes before the system use area.</summary>
    public static int HeadLength(int identifierLength) => (DirectoryRecord.IdentifierOffset + identifierLength + 1) & ~1;

    public static int LengthOf(int identifierLength, int systemUseLength) =>
        (HeadLength(identifierLength) + systemUseLength + 1) & ~1;

    /// <summary>Writes a record into bytes that are zero; returns its length.</summary>
    /// <param name="extent">Block where the data starts.</param>
    /// <param name="dataLength">Bytes of data.</param>
    public static int Write(
        Span<byte> destination, ReadOnlySpan<byte> identifier, uint extent, uint dataLength, FileTraits flags, long unixSeconds,
        ReadOnlySpan<byte> systemUse)
    {
        int length = LengthOf(identifier.Length, systemUse.Length);
        destination[DirectoryRecord.LengthOffset] = (byte)length;
        BothEndian.Write32(destination[DirectoryRecord.ExtentOffset..], extent);
        BothEndian.Write32(destination[DirectoryRecord.DataLengthOffset..], dataLength);
        WriteDate(destination[DirectoryRecord.DateOffset..], unixSeconds);
        destination[DirectoryRecord.FlagsOffset] = (byte)flags;
        BothEndian.Write16(destination[DirectoryRecord.VolumeNumberOffset..], 1);
        destination[DirectoryRecord.IdentifierLengthOffset] = (byte)identifier.Length;
        identifier.CopyTo(destination[DirectoryRecord.IdentifierOffset..]);
        systemUse.CopyTo(destination[HeadLength(identifier.Length)..]);
        return length;
    }

    /// <summary>Seven bytes in Greenwich time (§9.1.5); Linux takes them for the file's own times.</summary>
    private static void WriteDate(Span<byte> date, long unixSeconds)
    {
        DateTime time = DateTime.UnixEpoch.AddSeconds(Math.Clamp(unixSeconds, 0, uint.MaxValue));
        date[0] = (byte)(time.Year - YearOffset);
        date[1] = (byte)time.Month;
        date[2] = (byte)time.Day;
        date[3] = (byte)time.Hour;
        date[4] = (byte)time.Minute;
        date[5] = (byte)time.Second;
    }
}
