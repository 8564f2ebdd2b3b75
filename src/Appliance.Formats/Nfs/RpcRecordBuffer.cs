namespace Appliance.Formats.Nfs;

/// <summary>
/// Puts records together from what a stream delivers, in place: a record of one fragment, which is what clients send, is
/// not copied. Grows with what really comes, up to the limit. Source: RFC 5531 §11.
/// </summary>
/// <param name="maxRecord">Longest record, in bytes.</param>
public sealed class RpcRecordBuffer(int maxRecord)
{
    /// <summary>Bytes at the start: a client's calls are 100 to 300.</summary>
    private const int InitialLength = 2048;

    private byte[] _buffer = new byte[Math.Min(InitialLength, maxRecord + RpcFragment.HeadLength)];

    /// <summary>What has been put together of the record that is coming.</summary>
    private int _recordStart;
    private int _recordLength;

    /// <summary>What has come and not been looked at.</summary>
    private int _rawStart;
    private int _rawEnd;

    /// <summary>Where the next bytes are to be put; never empty.</summary>
    public Memory<byte> GetRoom()
    {
        if (_rawEnd == _buffer.Length)
        {
            MakeRoom();
        }

        return _buffer.AsMemory(_rawEnd);
    }

    /// <summary>Takes note of bytes that have been put into <see cref="GetRoom"/>.</summary>
    public void Add(int count) => _rawEnd += count;

    /// <summary>
    /// Takes the next record, valid until the next <see cref="GetRoom"/>. False when it has not come completely, or, with
    /// a reason, when it never will be taken: the stream is of no more use then.
    /// </summary>
    public bool TryTake(out ReadOnlySpan<byte> record, out string? reason)
    {
        record = default;
        reason = null;
        while (_rawEnd - _rawStart >= RpcFragment.HeadLength)
        {
            RpcFragment fragment = RpcFragment.Read(_buffer.AsSpan(_rawStart));
            if (fragment.Length > maxRecord - _recordLength)
            {
                reason = "a record that is too long";
                return false;
            }

            if (_rawEnd - _rawStart - RpcFragment.HeadLength < fragment.Length)
            {
                return false;
            }

            Append(fragment.Length);
            if (fragment.IsLast)
            {
                record = _buffer.AsSpan(_recordStart, _recordLength);
                _recordLength = 0;
                return true;
            }
        }

        return false;
    }

    private void Append(int length)
    {
        int start = _rawStart + RpcFragment.HeadLength;
        if (_recordLength == 0)
        {
            _recordStart = start;
        }
        else
        {
            _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(_recordStart + _recordLength));
        }

        _recordLength += length;
        _rawStart = start + length;
    }

    /// <summary>Moves what is needed to the front; if that gives no room, takes a longer buffer.</summary>
    private void MakeRoom()
    {
        int needed = _recordLength + _rawEnd - _rawStart;
        byte[] target = needed == _buffer.Length
            ? new byte[Math.Min(2 * _buffer.Length, maxRecord + RpcFragment.HeadLength)]
            : _buffer;
        _buffer.AsSpan(_recordStart, _recordLength).CopyTo(target);
        _buffer.AsSpan(_rawStart, _rawEnd - _rawStart).CopyTo(target.AsSpan(_recordLength));
        _buffer = target;
        (_recordStart, _rawStart, _rawEnd) = (0, _recordLength, needed);
    }
}
