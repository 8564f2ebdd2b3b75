using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Udf;

/// <summary>What a name stands for (ECMA-167 4/14.4.3).</summary>
[Flags]
internal enum FileCharacteristics : byte
{
    None = 0,

    /// <summary>Not to be shown to the user; we do, a loader may need it.</summary>
    Hidden = 0x01,
    Directory = 0x02,
    Deleted = 0x04,

    /// <summary>The directory above; has no name.</summary>
    Parent = 0x08,

    /// <summary>Belongs to the file system, in directories of streams only.</summary>
    Metadata = 0x10,
}

/// <summary>
/// A name in a directory (ECMA-167 4/14.4).
/// <code>
/// 0 tag (16) | 16 version (2) | 18 characteristics | 19 name's length | 20 ICB (16) | 36 use's length (2) | 38 use | name
/// pad to a multiple of 4
/// </code>
/// </summary>
internal readonly ref struct FileIdentifier
{
    /// <summary>Bytes before the part of variable length.</summary>
    public const int HeaderLength = UseLengthOffset + 2;

    private const int CharacteristicsOffset = DescriptorTag.Length + 2;
    private const int NameLengthOffset = CharacteristicsOffset + 1;
    private const int IcbOffset = NameLengthOffset + 1;
    private const int UseLengthOffset = IcbOffset + AllocationDescriptor.LongLength;

    private readonly ReadOnlySpan<byte> _identifier;

    private FileIdentifier(ReadOnlySpan<byte> identifier) => _identifier = identifier;

    public FileCharacteristics Characteristics => (FileCharacteristics)_identifier[CharacteristicsOffset];

    /// <summary>Where the file entry is.</summary>
    public AllocationDescriptor Icb => AllocationDescriptor.ReadLong(_identifier[IcbOffset..]);

    /// <summary>In OSTA compressed Unicode.</summary>
    public ReadOnlySpan<byte> Name => _identifier.Slice(HeaderLength + UseLength(_identifier), _identifier[NameLengthOffset]);

    /// <summary>Length in bytes of the whole that begins with <paramref name="header"/>, of <see cref="HeaderLength"/> bytes.</summary>
    public static int LengthOf(ReadOnlySpan<byte> header) =>
        (HeaderLength + UseLength(header) + header[NameLengthOffset] + 3) & ~3;

    /// <summary>Reads an identifier of exactly <see cref="LengthOf"/> bytes. Its location is not checked: writers get it wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out FileIdentifier identifier, [NotNullWhen(false)] out string? reason)
    {
        identifier = default;
        if (bytes.Length < HeaderLength || bytes.Length < LengthOf(bytes))
        {
            reason = "a name in a directory is cut off";
            return false;
        }

        if (!DescriptorTag.TryParse(bytes, out DescriptorTag tag, out reason))
        {
            return false;
        }

        if (tag.Identifier != TagIdentifier.FileIdentifier)
        {
            reason = "another UDF descriptor stands in place of a name in a directory";
            return false;
        }

        identifier = new FileIdentifier(bytes);
        return true;
    }

    private static int UseLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16LittleEndian(header[UseLengthOffset..]);
}
