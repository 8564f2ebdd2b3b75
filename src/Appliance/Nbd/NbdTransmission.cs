using System.Net.Sockets;
using Appliance.Formats.Nbd;
using Appliance.Images;
using Appliance.Interop;

namespace Appliance.Nbd;

/// <summary>
/// The transmission phase of one session (NBD protocol, "Transmission"): answers requests in their order. Short reads are
/// copied, as many as have come into one send; long ones go by sendfile(2).
/// </summary>
internal sealed class NbdTransmission(Socket socket, NbdExport export, bool structured)
{
    /// <summary>Longest read in bytes: what a client may assume without having asked (NBD protocol, "Block size constraints").</summary>
    public const int MaxReadLength = 32 * 1024 * 1024;

    /// <summary>
    /// Longest read that is copied, in bytes. 32 KiB, what loaders and read-ahead ask for at most: up to it one more system
    /// call costs more than the copy.
    /// </summary>
    private const int MaxCopied = 32 * 1024;

    /// <summary>Replies that are gathered for one send, in bytes: two of the longest, about what one offloaded packet holds.</summary>
    private const int OutputLength = 2 * (NbdReplyWriter.MaxLength + MaxCopied);

    private const string CutShort = "The file has been cut short since it was opened.";

    private readonly byte[] _output = new byte[OutputLength];
    private int _outputLength;

    /// <summary>Reads that were answered with data.</summary>
    public long Reads { get; private set; }

    /// <summary>Bytes of data in those answers.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the medium's latest failure was that the client was told of; null when it has not failed.</summary>
    public string? MediumFailure { get; private set; }

    /// <summary>What is wrong with a request on an export of that length; <see cref="NbdError.None"/> when it is to be done.</summary>
    public static NbdError Judge(in NbdRequest request, long length, bool structured) => request.Command switch
    {
        NbdCommand.Read => JudgeRead(request, length, structured),
        NbdCommand.Flush when request.Flags == NbdCommandModifiers.None => NbdError.None,
        NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes or NbdCommand.Resize => NbdError.NotPermitted,
        _ => NbdError.Invalid,
    };

    /// <summary>Answers one request, perhaps not before <see cref="Flush"/>.</summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="IOException">The medium failed in the middle of an answer: only hanging up can tell the client.</exception>
    public void Answer(in NbdRequest request)
    {
        NbdError error = Judge(request, export.Payload.Length, structured);
        if (error != NbdError.None || request.Command != NbdCommand.Read)
        {
            AddHead(request, error);
        }
        else if (request.DataLength <= MaxCopied)
        {
            AddData(request);
        }
        else
        {
            SendData(request);
        }
    }

    /// <summary>Sends what has been gathered.</summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    public void Flush()
    {
        SendAll(_output.AsSpan(0, _outputLength));
        _outputLength = 0;
    }

    private static NbdError JudgeRead(in NbdRequest request, long length, bool structured)
    {
        NbdCommandModifiers allowed = structured ? NbdCommandModifiers.DoNotFragment : NbdCommandModifiers.None;
        if ((request.Flags & ~allowed) != 0)
        {
            return NbdError.Invalid;
        }

        if (request.DataLength > MaxReadLength)
        {
            // "A server MAY reject a client's request with the error EOVERFLOW if the length is too large to send without fragmentation".
            return request.Flags == NbdCommandModifiers.DoNotFragment ? NbdError.Overflow : NbdError.Invalid;
        }

        return request.Offset <= (ulong)length && request.DataLength <= (ulong)length - request.Offset
            ? NbdError.None
            : NbdError.Invalid;
    }

    private void AddHead(in NbdRequest request, NbdError error)
    {
        MakeRoom(NbdReplyWriter.MaxLength);
        _outputLength += WriteHead(request, error);
    }

    /// <summary>What precedes an answer's data, or is the whole of it.</summary>
    private int WriteHead(in NbdRequest request, NbdError error)
    {
        Span<byte> room = _output.AsSpan(_outputLength);

        // Once agreed "the server MUST use structured replies to the NBD_CMD_READ"; for all else simple ones stay allowed.
        return !structured || request.Command != NbdCommand.Read ? NbdReplyWriter.WriteSimple(room, request.Cookie, error)
            : error != NbdError.None ? NbdReplyWriter.WriteErrorChunk(room, request.Cookie, error)
            : request.DataLength == 0 ? NbdReplyWriter.WriteEnd(room, request.Cookie)
            : NbdReplyWriter.WriteData(
                room, request.Cookie, request.Offset, (int)request.DataLength, isLast: request.DataLength <= MaxCopied);
    }

    private void AddData(in NbdRequest request)
    {
        int length = (int)request.DataLength;
        MakeRoom(NbdReplyWriter.MaxLength + length);
        int head = WriteHead(request, NbdError.None);
        if (!TryRead((long)request.Offset, _output.AsSpan(_outputLength + head, length)))
        {
            _outputLength += WriteHead(request, NbdError.InputOutput);
            return;
        }

        _outputLength += head + length;
        Count(length);
    }

    /// <summary>A card that has a bad block fails one read, not the session.</summary>
    private bool TryRead(long offset, Span<byte> destination)
    {
        try
        {
            if (export.Payload.Read(offset, destination) == destination.Length)
            {
                return true;
            }

            MediumFailure = CutShort;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            MediumFailure = unreadable.Message;
        }

        return false;
    }

    /// <summary>
    /// Sends a long read. When the medium fails in the middle of a chunk, it is padded and an error follows; "after the
    /// server has already sent out the reply header" of a simple reply there is only hanging up.
    /// </summary>
    private void SendData(in NbdRequest request)
    {
        AddHead(request, NbdError.None);
        SendAhead();
        long left = request.DataLength;
        try
        {
            foreach (PayloadSegment segment in export.Payload.Slice((long)request.Offset, left))
            {
                SendSegment(segment, ref left);
            }
        }
        catch (Exception unreadable) when (structured && unreadable is (IOException or UnauthorizedAccessException))
        {
            MediumFailure = unreadable.Message;
            Pad(left);
            AddHead(request, NbdError.InputOutput);
            return;
        }

        if (structured)
        {
            MakeRoom(NbdReplyWriter.MaxLength);
            _outputLength += NbdReplyWriter.WriteEnd(_output.AsSpan(_outputLength), request.Cookie);
        }

        Count((int)request.DataLength);
    }

    private void Pad(long length)
    {
        Array.Clear(_output);
        for (; length > 0; length -= Math.Min(length, _output.Length))
        {
            SendAll(_output.AsSpan(0, (int)Math.Min(length, _output.Length)));
        }
    }

    private void SendSegment(PayloadSegment segment, ref long left)
    {
        bool canSendFile = segment.File is not null;
        for (long done = 0; done < segment.Length;)
        {
            long sent = canSendFile
                ? FileToSocket.Send(socket.SafeHandle, segment.File!.Handle, segment.Offset + done, segment.Length - done)
                : FileToSocket.Unsupported;
            if (sent == FileToSocket.Unsupported)
            {
                canSendFile = false;
                sent = Copy(segment, done);
            }
            else if (sent == 0)
            {
                WaitForRoom();
            }

            done += sent;
            left -= sent;
        }
    }

    private int Copy(PayloadSegment segment, long offset)
    {
        int count = segment.Read(offset, _output);
        if (count == 0)
        {
            throw new EndOfStreamException(CutShort);
        }

        SendAll(_output.AsSpan(0, count));
        return count;
    }

    /// <summary>Sends what has been gathered, up to the head whose data follow at once and shall share its packet.</summary>
    private void SendAhead()
    {
        for (int done = 0; done < _outputLength;)
        {
            int sent = FileToSocket.SendAhead(socket.SafeHandle, _output.AsSpan(done, _outputLength - done));
            if (sent == 0)
            {
                WaitForRoom();
            }

            done += sent;
        }

        _outputLength = 0;
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    /// <summary>A session's socket waits by itself, unless the runtime made it non-blocking.</summary>
    private void WaitForRoom() => socket.Poll(-1, SelectMode.SelectWrite);

    private void MakeRoom(int length)
    {
        if (_output.Length - _outputLength < length)
        {
            Flush();
        }
    }

    private void Count(int length)
    {
        Reads++;
        Bytes += length;
    }
}
