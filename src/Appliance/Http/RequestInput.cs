using System.Net.Sockets;

namespace Appliance.Http;

/// <summary>What has come on a connection and is not answered yet.</summary>
/// <param name="blocking">Whether the caller has a thread of its own, which may wait.</param>
internal sealed class RequestInput(Socket socket, bool blocking)
{
    private readonly byte[] _buffer = new byte[HttpRequestHead.MaxLength];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    public bool IsFull => Bytes.Length == _buffer.Length;

    /// <summary>Whether the client has closed its side.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Takes bytes away from the front.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Waits for more bytes; false when the client has closed its side. There must be room.</summary>
    /// <exception cref="SocketException">The peer is gone.</exception>
    /// <exception cref="ObjectDisposedException">The connection has been cut off.</exception>
    public async ValueTask<bool> FillAsync()
    {
        Bytes.CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int count = blocking
            ? socket.Receive(_buffer.AsSpan(_end))
            : await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        _end += count;
        IsEnded = count == 0;
        return !IsEnded;
    }
}
