namespace Appliance.Formats;

/// <summary>
/// The one seam between the parsers of this project and the world: a thing of known length that can be read at any
/// offset. Parsers ask for bytes and nothing else, so that they can be run over files, over memory and over a fuzzer.
/// </summary>
public abstract class SectorSource
{
    /// <summary>Length in bytes; does not change while the source is in use.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// Reads up to <paramref name="destination"/>.Length bytes at <paramref name="offset"/> (bytes from the start).
    /// Returns how many were read: fewer than asked only at the end of the source, 0 at or past it.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>Reads exactly destination.Length bytes; false when the source ends before.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryReadExactly(long offset, Span<byte> destination) =>
        offset >= 0 && offset <= Length - destination.Length && Read(offset, destination) == destination.Length;
}

/// <summary>A <see cref="SectorSource"/> over bytes in memory.</summary>
public sealed class MemorySectorSource(ReadOnlyMemory<byte> bytes) : SectorSource
{
    public override long Length => bytes.Length;

    public override int Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= bytes.Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, bytes.Length - offset);
        bytes.Span.Slice((int)offset, count).CopyTo(destination);
        return count;
    }
}
