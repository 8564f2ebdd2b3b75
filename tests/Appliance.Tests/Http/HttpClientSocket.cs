using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Tests.Http;

/// <summary>One connection that sends exactly the bytes it is told to.</summary>
internal sealed class HttpClientSocket : IDisposable
{
    private const int ReceiveMilliseconds = 15_000;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = ReceiveMilliseconds,
    };

    private byte[] _unread = [];

    public HttpClientSocket(IPEndPoint server) => _socket.Connect(server);

    public void Send(string text) => _socket.Send(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads one answer; the body by its Content-Length, which must be there.</summary>
    public HttpAnswer Receive(bool toHead = false)
    {
        int end;
        while ((end = _unread.AsSpan().IndexOf("\r\n\r\n"u8)) < 0)
        {
            Assert.True(Fill(), "The connection ended before a head: " + Encoding.Latin1.GetString(_unread));
        }

        string[] lines = Encoding.Latin1.GetString(_unread, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(static line => line.Split(": ", 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.OrdinalIgnoreCase);
        Assert.All(headers.Values, static value => Assert.NotEmpty(value));
        _unread = _unread[(end + 4)..];
        int status = int.Parse(lines[0].AsSpan(9, 3));
        int length = toHead || status == 304 ? 0 : int.Parse(headers["Content-Length"]);
        while (_unread.Length < length)
        {
            Assert.True(Fill(), "The connection ended inside a body.");
        }

        byte[] body = _unread[..length];
        _unread = _unread[length..];
        return new HttpAnswer(status, headers, body);
    }

    /// <summary>Waits for bytes or the end of the connection.</summary>
    public bool HasNews(TimeSpan wait) => _socket.Poll(wait, SelectMode.SelectRead);

    /// <summary>Whether the server ends the connection, with nothing more on it.</summary>
    public bool IsClosed()
    {
        try
        {
            return _unread.Length == 0 && !Fill();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Sends FIN; the server's answers can still come.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Whether the server ends the connection by a reset.</summary>
    public bool IsReset()
    {
        try
        {
            Assert.False(Fill());
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool Fill()
    {
        byte[] buffer = new byte[65536];
        int count = _socket.Receive(buffer);
        _unread = [.. _unread, .. buffer.AsSpan(0, count)];
        return count > 0;
    }
}

internal sealed record HttpAnswer(int Status, Dictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}
