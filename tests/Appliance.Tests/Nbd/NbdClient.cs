using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Formats.Nbd;

namespace Appliance.Tests.Nbd;

/// <summary>A client that sends what it is told to, right or wrong.</summary>
internal sealed class NbdClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public NbdClient(IPEndPoint server)
    {
        _socket.ReceiveTimeout = (int)Deadline.TotalMilliseconds;
        _socket.SendTimeout = (int)Deadline.TotalMilliseconds;
        _socket.NoDelay = true;
        _socket.Connect(server);
    }

    public static byte[] Request(
        NbdCommand command, ulong offset = 0, uint length = 0, ulong cookie = 1, NbdCommandModifiers flags = NbdCommandModifiers.None)
    {
        byte[] request = new byte[NbdRequest.Length];
        BinaryPrimitives.WriteUInt32BigEndian(request, NbdRequest.Magic);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(4), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), (ushort)command);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(8), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(24), length);
        return request;
    }

    /// <summary>Takes the greeting and answers it.</summary>
    public void Greet()
    {
        Assert.Equal("4E42444D4147494349484156454F50540003", Convert.ToHexString(Receive(NbdHandshakeWriter.GreetingLength)));
        Send([0, 0, 0, 3]);
    }

    /// <summary>Negotiates up to transmission; returns the size of the export.</summary>
    public long Start(string export, bool structured = false)
    {
        Greet();
        if (structured)
        {
            SendOption(NbdOptionCode.StructuredReply, []);
            Receive(NbdHandshakeWriter.ReplyHeadLength);
        }

        SendOption(NbdOptionCode.ExportName, Encoding.UTF8.GetBytes(export));
        return BinaryPrimitives.ReadInt64BigEndian(Receive(10));
    }

    public void SendOption(NbdOptionCode option, ReadOnlySpan<byte> data)
    {
        byte[] message = new byte[NbdOptionHeader.Length + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, NbdOptionHeader.Magic);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(12), data.Length);
        data.CopyTo(message.AsSpan(NbdOptionHeader.Length));
        Send(message);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public byte[] Receive(int length)
    {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int count = _socket.Receive(bytes.AsSpan(done));
            Assert.True(count > 0, "the server has closed the connection");
            done += count;
        }

        return bytes;
    }

    /// <summary>Takes a simple reply and, when it is no error, that many bytes; returns them.</summary>
    public byte[] ReceiveSimple(NbdError error = NbdError.None, ulong cookie = 1, int length = 0)
    {
        Assert.Equal($"67446698{(uint)error:X8}{cookie:X16}", Convert.ToHexString(Receive(16)));
        return Receive(error == NbdError.None ? length : 0);
    }

    public byte[] Read(ulong offset, int length)
    {
        Send(Request(NbdCommand.Read, offset, (uint)length));
        return ReceiveSimple(length: length);
    }

    /// <summary>Whether something, be it the end, comes within that time.</summary>
    public bool HasNews(TimeSpan time) => _socket.Poll(time, SelectMode.SelectRead);

    /// <summary>Whether the server has closed the connection, properly or not; waits for it, and takes what comes before.</summary>
    public bool IsClosed()
    {
        byte[] rest = new byte[64 * 1024];
        try
        {
            while (_socket.Receive(rest) > 0)
            {
            }

            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionReset;
        }
    }

    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();
}
