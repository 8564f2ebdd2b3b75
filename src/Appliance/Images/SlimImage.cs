using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// An ISO image of the live system out of another one: less to be copied into a client's memory. It is stored nowhere; its
/// directories are made up, its files are where they are in the original.
/// </summary>
public sealed class SlimImage
{
    private readonly ImageTree _tree;
    private readonly IsoImageLayout _layout;
    private readonly string _headerHash;

    private SlimImage(ImageTree tree, IsoImageLayout layout)
    {
        _tree = tree;
        _layout = layout;
        _headerHash = Convert.ToHexStringLower(SHA256.HashData(layout.Header).AsSpan(0, 12));
    }

    /// <summary>Length in bytes.</summary>
    public long Length => _layout.Length;

    /// <summary>Makes the slim form of an image, the same each time; false with the reason when it has none.</summary>
    internal static bool TryMake(
        ImageTree tree, [NotNullWhen(true)] out SlimImage? slim, [NotNullWhen(false)] out string? reason)
    {
        slim = SlimSelection.TrySelect(tree, out IsoImageEntry? root, out reason)
            && IsoImageLayout.TryCreate(tree.Identity, root, out IsoImageLayout? layout, out reason)
            ? new SlimImage(tree, layout)
            : null;
        return slim is not null;
    }

    /// <summary>Its bytes. Takes over the caller's reference to <paramref name="file"/>, the original image.</summary>
    internal Payload Open(SharedFile file)
    {
        ImmutableArray<PayloadSegment>.Builder segments = ImmutableArray.CreateBuilder<PayloadSegment>();
        segments.Add(PayloadSegment.OfMemory(_layout.Header));
        foreach (IsoFilePlacement placement in _layout.Files)
        {
            segments.AddRange(ImageTree.SegmentsOf(new ImageNode(_tree, placement.Source), file));
            long padding = -placement.Length & (VolumeDescriptor.SectorLength - 1);
            if (padding > 0)
            {
                segments.Add(PayloadSegment.OfZeros(padding));
            }
        }

        // The header's bytes count too: another version of this program may lay it out in another way.
        string etag = string.Create(
            CultureInfo.InvariantCulture, $"\"{file.LastModified.UtcTicks:x}-{file.Length:x}-{_headerHash}\"");
        return Payload.FromSegments(segments.ToImmutable(), file, MediaType.Disc, etag);
    }
}
