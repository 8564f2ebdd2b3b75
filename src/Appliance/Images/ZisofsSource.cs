using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Appliance.Formats;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// A file that an image holds compressed (zisofs), as it was before. Keeps the block that was read last, because it is read
/// in pieces smaller than that: at most 128 KiB, 32 KiB as mkzftree writes it.
/// </summary>
internal sealed class ZisofsSource : SectorSource
{
    private readonly ZisofsFile _file;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly byte[] _block;
    private long _index = -1;
    private int _length;

    private ZisofsSource(ZisofsFile file, string name)
    {
        _file = file;
        _name = name;
        _block = new byte[Math.Min(file.Length, file.BlockLength)];
    }

    public override long Length => _file.Length;

    /// <summary>The bytes of a compressed file node. Takes over the caller's reference to <paramref name="image"/>.</summary>
    /// <exception cref="IOException">It is damaged or compressed in an unknown way, or the medium could not be read.</exception>
    public static Payload Open(ImageNode node, SharedFile image)
    {
        try
        {
            string name = $"{node.Name} in {image.Path}";
            if (!TryOpen(node, image, out ZisofsFile? file, out string? reason))
            {
                throw Damaged(name, reason);
            }

            // The place in the image tells files of the same length apart.
            string etag = string.Create(
                CultureInfo.InvariantCulture,
                $"\"{image.LastModified.UtcTicks:x}-{image.Length:x}-{node.Extents[0].Offset:x}-{file.Length:x}-z\"");
            PayloadSegment[] segments = file.Length == 0 ? [] : [PayloadSegment.OfSource(new ZisofsSource(file, name))];
            return Payload.FromSegments([.. segments], image, MediaType.Of(node.Name), etag);
        }
        catch (IOException)
        {
            image.Release();
            throw;
        }
    }

    public override int Read(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            int done = 0;
            while (done < destination.Length && offset + done < Length)
            {
                ReadOnlySpan<byte> rest = Block((offset + done) / _file.BlockLength)[(int)((offset + done) % _file.BlockLength)..];
                int count = Math.Min(rest.Length, destination.Length - done);
                rest[..count].CopyTo(destination[done..]);
                done += count;
            }

            return done;
        }
    }

    private ReadOnlySpan<byte> Block(long index)
    {
        if (index != _index)
        {
            _index = -1;
            if (!_file.TryReadBlock(index, _block, out _length, out string? reason))
            {
                throw Damaged(_name, reason);
            }

            _index = index;
        }

        return _block.AsSpan(0, _length);
    }

    private static bool TryOpen(
        ImageNode node, SharedFile image, [NotNullWhen(true)] out ZisofsFile? file, [NotNullWhen(false)] out string? reason)
    {
        file = null;
        reason = node.Extents.Length == 1 ? null : "it is not in one piece";
        if (reason is null && ZisofsFile.TryOpen(new ImageWindow(image, node.Extents[0]), out file, out reason))
        {
            reason = file.Length == node.Length ? null : "its header and its directory disagree about its length";
        }

        return reason is null;
    }

    private static IOException Damaged(string name, string reason) => new($"{name} is compressed (zisofs), and {reason}.");
}

/// <summary>Some of the bytes of an open image.</summary>
internal sealed class ImageWindow(SharedFile file, IsoExtent extent) : SectorSource
{
    public override long Length => extent.Length;

    public override int Read(long offset, Span<byte> destination) => offset >= Length
        ? 0
        : file.Read(extent.Offset + offset, destination[..(int)Math.Min(destination.Length, Length - offset)]);
}
