using Appliance.Formats.Link;

namespace Appliance.Capture;

/// <summary>
/// The newest frames of a capture, in memory and bounded: when it is full the oldest go. Written by the capture's loop, read by
/// anyone.
/// </summary>
public sealed class FrameRing
{
    /// <summary>
    /// Bytes of each frame that are kept. 640: all of nearly every DHCP message, and of data what it is; its contents are the
    /// image, which is there anyway.
    /// </summary>
    public const int SnapLength = 640;

    /// <summary>
    /// Bytes of all frames together. 8 MB: some 12,000 frames, a boot from power-on to the kernel, and little on a board of 512 MB.
    /// </summary>
    public const int DefaultCapacity = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _records = new();
    private readonly int _capacity;
    private int _bytes;

    /// <param name="capacity">Most bytes of all records together; at least one record's.</param>
    public FrameRing(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, PcapFile.RecordHeaderLength + SnapLength);
        _capacity = capacity;
    }

    /// <summary>Frames that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _records.Count;
            }
        }
    }

    /// <summary>Frames that were let go, because there was no room.</summary>
    public long Dropped { get; private set; }

    public void Add(ReadOnlySpan<byte> frame, DateTimeOffset at)
    {
        int captured = Math.Min(frame.Length, SnapLength);
        byte[] record = new byte[PcapFile.RecordHeaderLength + captured];
        PcapFile.WriteRecordHeader(record, at - DateTimeOffset.UnixEpoch, captured, frame.Length);
        frame[..captured].CopyTo(record.AsSpan(PcapFile.RecordHeaderLength));
        lock (_gate)
        {
            _records.Enqueue(record);
            _bytes += record.Length;
            while (_bytes > _capacity)
            {
                _bytes -= _records.Dequeue().Length;
                Dropped++;
            }
        }
    }

    /// <summary>A pcap file of what is kept now.</summary>
    public byte[] ToPcap()
    {
        lock (_gate)
        {
            byte[] file = new byte[PcapFile.HeaderLength + _bytes];
            PcapFile.WriteHeader(file, SnapLength);
            int at = PcapFile.HeaderLength;
            foreach (byte[] record in _records)
            {
                record.CopyTo(file, at);
                at += record.Length;
            }

            return file;
        }
    }
}
