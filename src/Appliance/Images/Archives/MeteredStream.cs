namespace Appliance.Images.Archives;

/// <summary>
/// Counts what comes out of an archive and stops it at a limit, whatever the archive says of itself: nothing above this has
/// to trust a length.
/// </summary>
internal sealed class MeteredStream(Stream inner, long maxBytes, string excess) : ForwardStream
{
    private long _headerEnd = long.MaxValue;

    /// <summary>Bytes read.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that may still come.</summary>
    public long Remaining => maxBytes - Count;

    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>From here only headers are read, and no more than so many bytes of them.</summary>
    public void BeginHeaders(long maxHeaderBytes) => _headerEnd = Count + maxHeaderBytes;

    public void EndHeaders() => _headerEnd = long.MaxValue;

    /// <exception cref="InvalidDataException">More came than may.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        Count += count;
        return Count > maxBytes ? throw new InvalidDataException(excess)
            : Count > _headerEnd ? throw new InvalidDataException("an entry's headers are too long")
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
