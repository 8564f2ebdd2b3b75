using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.Formats;

namespace Appliance.Images;

/// <summary>
/// One run of a payload's bytes: of an open file from <paramref name="Offset"/>, of memory, of what is made as it is read, or,
/// with none of these, zeros.
/// </summary>
/// <param name="Length">Bytes in this run.</param>
/// <param name="File">The file that holds them as they are, or null.</param>
/// <param name="Offset">Where they start in the file or the source, in bytes.</param>
/// <param name="Memory">The bytes themselves, or empty.</param>
public readonly record struct PayloadSegment(long Length, SharedFile? File, long Offset, ReadOnlyMemory<byte> Memory)
{
    /// <summary>What makes them as they are read, or null: the bytes of a compressed file.</summary>
    public SectorSource? Source { get; init; }

    public static PayloadSegment OfFile(SharedFile file, long offset, long length) => new(length, file, offset, default);

    public static PayloadSegment OfMemory(ReadOnlyMemory<byte> memory) => new(memory.Length, null, 0, memory);

    public static PayloadSegment OfSource(SectorSource source) => new(source.Length, null, 0, default) { Source = source };

    public static PayloadSegment OfZeros(long length) => new(length, null, 0, default);

    public int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Min(destination.Length, Length - offset);
        destination = destination[..count];
        if ((File ?? Source) is { } source)
        {
            return source.Read(Offset + offset, destination);
        }

        if (Memory.IsEmpty)
        {
            destination.Clear();
        }
        else
        {
            Memory.Span.Slice((int)offset, count).CopyTo(destination);
        }

        return count;
    }
}

/// <summary>
/// The bytes of one thing that a client can fetch, and what the protocols say about it. Owns a reference to each file it
/// reads from: dispose it when the transfer ends.
/// </summary>
public sealed class Payload : IDisposable
{
    private readonly long[] _starts;
    private bool _disposed;

    private Payload(ImmutableArray<PayloadSegment> segments, string etag, DateTimeOffset lastModified, string contentType)
    {
        Segments = segments;
        ETag = etag;
        LastModified = lastModified;
        ContentType = contentType;
        _starts = new long[segments.Length];
        for (int i = 0; i < segments.Length; i++)
        {
            _starts[i] = Length;
            Length = checked(Length + segments[i].Length);
        }
    }

    /// <summary>Total length in bytes.</summary>
    public long Length { get; }

    /// <summary>Strong entity tag with its quotes, the same over restarts for the same bytes (RFC 9110 §8.8.3).</summary>
    public string ETag { get; }

    public DateTimeOffset LastModified { get; }

    /// <summary>Media type (RFC 9110 §8.3).</summary>
    public string ContentType { get; }

    /// <summary>The bytes, in order; no segment is empty.</summary>
    public ImmutableArray<PayloadSegment> Segments { get; }

    /// <summary>A payload whose bytes are already in memory, such as a script.</summary>
    public static Payload FromMemory(ReadOnlyMemory<byte> bytes, DateTimeOffset lastModified, string contentType)
    {
        string etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span).AsSpan(0, 12))}\"";
        return new Payload(bytes.IsEmpty ? [] : [PayloadSegment.OfMemory(bytes)], etag, lastModified, contentType);
    }

    /// <summary>A payload of a whole file. Takes over the caller's reference to <paramref name="file"/>.</summary>
    public static Payload FromFile(SharedFile file, string contentType) =>
        FromSegments(file.Length == 0 ? [] : [PayloadSegment.OfFile(file, 0, file.Length)], file, contentType);

    /// <summary>
    /// A payload made of segments that all lie in <paramref name="file"/> (or are memory or zeros). Takes over the
    /// caller's one reference to <paramref name="file"/>.
    /// </summary>
    /// <param name="etag">
    /// Its entity tag; null where the file's state, the first segment's place and the length tell it from others.
    /// </param>
    public static Payload FromSegments(
        ImmutableArray<PayloadSegment> segments, SharedFile file, string contentType, string? etag = null)
    {
        long first = segments.IsEmpty ? 0 : segments[0].Offset;
        long length = segments.Sum(static segment => segment.Length);
        etag ??= string.Create(
            CultureInfo.InvariantCulture,
            $"\"{file.LastModified.UtcTicks:x}-{file.Length:x}-{first:x}-{length:x}\"");
        return new Payload(segments, etag, file.LastModified, contentType) { Owned = file };
    }

    /// <summary>A payload of memory and of what is made as it is read; it owns no file.</summary>
    public static Payload FromParts(ImmutableArray<PayloadSegment> segments, string etag, DateTimeOffset lastModified, string contentType) =>
        new(segments, etag, lastModified, contentType);

    private SharedFile? Owned { get; init; }

    /// <summary>
    /// Reads up to destination.Length bytes at <paramref name="offset"/>; fewer only at the end, or when the file has
    /// been cut short since.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length && offset < Length)
        {
            int index = IndexOf(offset);
            int count = Segments[index].Read(offset - _starts[index], destination[done..]);
            if (count == 0)
            {
                break;
            }

            done += count;
            offset += count;
        }

        return done;
    }

    /// <summary>The segments that hold the bytes from <paramref name="offset"/> for <paramref name="length"/>, cut to fit.</summary>
    public IEnumerable<PayloadSegment> Slice(long offset, long length)
    {
        for (int index = length > 0 ? IndexOf(offset) : Segments.Length; index < Segments.Length && length > 0; index++)
        {
            PayloadSegment segment = Segments[index];
            long skip = offset - _starts[index];
            long count = Math.Min(segment.Length - skip, length);
            ReadOnlyMemory<byte> memory = segment.Memory.IsEmpty ? default : segment.Memory.Slice((int)skip, (int)count);
            yield return segment with { Length = count, Offset = segment.Offset + skip, Memory = memory };
            offset += count;
            length -= count;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Owned?.Release();
        }
    }

    private int IndexOf(long offset)
    {
        int index = Array.BinarySearch(_starts, offset);
        return index >= 0 ? index : ~index - 1;
    }
}
