using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>
/// A UDF volume, revision 1.02 to 2.60, whose descriptors have been read: where its root is and how its blocks are found.
/// Its directories are read by <see cref="UdfDirectoryReader"/>. Source: ECMA-167, OSTA UDF 2.60.
/// </summary>
public sealed class UdfVolume
{
    /// <summary>Where the volume recognition sequence begins, in bytes (ECMA-167 3/8.2).</summary>
    private const long RecognitionOffset = 32768;

    /// <summary>Bytes between two structures of it (3/9.1); on media with longer sectors, there is nothing between them.</summary>
    private const int RecognitionStride = 2048;

    internal UdfVolume(UdfSpace space, string label, DirectoryAddress root, long declaredLength)
    {
        Space = space;
        Label = label;
        Root = root;
        DeclaredLength = declaredLength;
    }

    /// <summary>The logical volume's name; empty where it says nothing.</summary>
    public string Label { get; }

    /// <summary>Logical block in bytes: 512, 1,024, 2,048 or 4,096.</summary>
    public int BlockSize => Space.BlockSize;

    public DirectoryAddress Root { get; }

    /// <summary>Length in bytes that the volume's partitions claim.</summary>
    public long DeclaredLength { get; }

    internal UdfSpace Space { get; }

    /// <summary>Whether the image says that it holds UDF: <c>NSR02</c> or <c>NSR03</c> is among its first structures.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool IsAnnounced(SectorSource source)
    {
        // 0 type | 1 identifier (5)
        Span<byte> structure = stackalloc byte[6];
        for (int index = 0; index < UdfLimits.RecognitionStructures; index++)
        {
            if (!source.TryReadExactly(RecognitionOffset + ((long)index * RecognitionStride), structure))
            {
                return false;
            }

            ReadOnlySpan<byte> identifier = structure[1..];
            if (identifier.SequenceEqual("NSR02"u8) || identifier.SequenceEqual("NSR03"u8))
            {
                return true;
            }

            bool goesOn = identifier.SequenceEqual("BEA01"u8) || identifier.SequenceEqual("CD001"u8)
                || identifier.SequenceEqual("BOOT2"u8) || identifier.SequenceEqual("CDW02"u8)
                || identifier.SequenceEqual("TEA01"u8) || !identifier.ContainsAnyExcept((byte)0);
            if (!goesOn)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Reads the descriptors of the volume.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryOpen(
        SectorSource source, [NotNullWhen(true)] out UdfVolume? volume, [NotNullWhen(false)] out IsoDefect? defect) =>
        UdfVolumeOpener.TryOpen(source, out volume, out defect);
}
