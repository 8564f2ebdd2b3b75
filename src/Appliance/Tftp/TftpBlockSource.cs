using Appliance.Formats.Tftp;
using Appliance.Images;

namespace Appliance.Tftp;

/// <summary>Makes the DATA packets of one payload; blocks are numbered from 1 without rolling over.</summary>
public abstract class TftpBlockSource(int blksize)
{
    /// <summary>Bytes from the start of one packet to the start of the next.</summary>
    public int Stride { get; } = TftpPacket.HeaderLength + blksize;

    protected int Blksize { get; } = blksize;

    /// <summary>
    /// Writes <paramref name="count"/> packets from <paramref name="first"/> on, one behind the other, into the buffer
    /// that was also given the last time. Returns their length: all are <see cref="Stride"/> long but perhaps the last.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read, or the file has been cut short.</exception>
    public abstract int Fill(long first, int count, Span<byte> packets);

    public static TftpBlockSource For(TftpMode mode, Payload payload, int blksize) =>
        mode == TftpMode.Netascii ? new NetasciiBlocks(payload, blksize) : new OctetBlocks(payload, blksize);
}

/// <summary>The bytes as they are; a whole window is read at once, small ones several at a time.</summary>
public sealed class OctetBlocks(Payload payload, int blksize) : TftpBlockSource(blksize)
{
    /// <summary>
    /// Bytes that are read ahead for runs shorter than half of it: in lockstep every system call between an ACK and its
    /// DATA is time in which the wire is idle. 16 KiB: eleven blocks, and little for each of two hundred transfers.
    /// </summary>
    private const int AheadLength = 16 * 1024;

    private byte[]? _ahead;
    private long _aheadOffset;
    private int _aheadCount;

    public override int Fill(long first, int count, Span<byte> packets)
    {
        long offset = (first - 1) * Blksize;
        int dataLength = (int)Math.Min((long)count * Blksize, payload.Length - offset);

        // Read behind the room that the headers need, then move each block down into its packet: no block is overwritten
        // before it was moved, because its place is never behind the bytes that were read.
        Span<byte> data = packets.Slice(count * TftpPacket.HeaderLength, dataLength);
        if (Read(offset, data, ahead: first > 1) != dataLength)
        {
            throw new IOException("The file has been cut short since it was opened.");
        }

        for (int i = 0; i < count; i++)
        {
            int start = i * Blksize;
            Span<byte> packet = packets[(i * Stride)..];
            data[start..Math.Min(start + Blksize, dataLength)].CopyTo(packet[TftpPacket.HeaderLength..]);
            TftpPacket.WriteDataHeader(packet, (ushort)(first + i));
        }

        return (count * TftpPacket.HeaderLength) + dataLength;
    }

    /// <param name="ahead">Whether to read more than is asked for; not before the client has shown that it is there.</param>
    private int Read(long offset, Span<byte> data, bool ahead)
    {
        if (!ahead || data.Length > AheadLength / 2)
        {
            return payload.Read(offset, data);
        }

        if (_ahead is null || offset < _aheadOffset || offset + data.Length > _aheadOffset + _aheadCount)
        {
            _ahead ??= new byte[AheadLength];
            _aheadOffset = offset;
            _aheadCount = 0;
            _aheadCount = payload.Read(offset, _ahead);
        }

        int count = Math.Min(data.Length, _aheadCount);
        _ahead.AsSpan((int)(offset - _aheadOffset), count).CopyTo(data);
        return count;
    }
}

/// <summary>
/// The bytes as lines of text: LF becomes CR LF, CR becomes CR NUL (RFC 1350 §1, RFC 764). Where a block starts in the
/// file depends on all before it, so blocks are made in order, and only the latest can be sent again.
/// </summary>
public sealed class NetasciiBlocks(Payload payload, int blksize) : TftpBlockSource(blksize)
{
    /// <summary>Bytes read at a time: some blocks' worth, little enough for each of many transfers.</summary>
    private const int ReadLength = 4096;

    private readonly byte[] _text = new byte[ReadLength];
    private int _textLength;
    private int _textUsed;
    private long _offset;
    private byte? _carried;
    private long _current;
    private int _currentLength;

    public override int Fill(long first, int count, Span<byte> packets)
    {
        if (first != _current)
        {
            _current = first;
            TftpPacket.WriteDataHeader(packets, (ushort)first);
            _currentLength = TftpPacket.HeaderLength + Translate(packets.Slice(TftpPacket.HeaderLength, Blksize));
        }

        return _currentLength;
    }

    private int Translate(Span<byte> block)
    {
        int length = 0;
        while (length < block.Length)
        {
            if (_carried is { } second)
            {
                block[length++] = second;
                _carried = null;
            }
            else if (TryNext(out byte next))
            {
                block[length++] = next == '\n' ? (byte)'\r' : next;
                _carried = next switch { (byte)'\n' => (byte)'\n', (byte)'\r' => 0, _ => null };
            }
            else
            {
                break;
            }
        }

        return length;
    }

    private bool TryNext(out byte next)
    {
        if (_textUsed == _textLength)
        {
            _textLength = payload.Read(_offset, _text);
            _textUsed = 0;
            _offset += _textLength;
            if (_textLength < Math.Min(_text.Length, payload.Length - _offset + _textLength))
            {
                throw new IOException("The file has been cut short since it was opened.");
            }
        }

        bool more = _textUsed < _textLength;
        next = more ? _text[_textUsed++] : default;
        return more;
    }
}
