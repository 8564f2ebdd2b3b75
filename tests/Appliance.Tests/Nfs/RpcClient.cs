using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Formats.Nfs;

namespace Appliance.Tests.Nfs;

/// <summary>Calls a server, by TCP or UDP, and gives back the results of calls that were accepted.</summary>
internal sealed class RpcClient : IDisposable
{
    private const int PatienceMilliseconds = 10_000;

    private readonly Socket _socket;
    private readonly bool _isStream;
    private uint _xid;

    public RpcClient(IPEndPoint server, bool isStream = true)
    {
        _isStream = isStream;
        _socket = isStream
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.ReceiveTimeout = PatienceMilliseconds;
        _socket.Connect(server);
    }

    public delegate void WriteArguments(ref XdrWriter writer);

    /// <summary>Calls a procedure; its results.</summary>
    public byte[] Call(uint program, uint version, uint procedure, WriteArguments? arguments = null)
    {
        byte[] reply = CallForReply(Message(program, version, procedure, arguments));
        Assert.Equal(0u, new Reply(reply[20..]).UInt32());
        return reply[RpcReply.HeadLength..];
    }

    public byte[] Nfs(NfsProcedure procedure, WriteArguments arguments) =>
        Call(NfsProtocol.ProgramNumber, NfsProtocol.ProgramVersion, (uint)procedure, arguments);

    /// <summary>Calls a procedure of NFS whose only argument is a handle, or that begins with one.</summary>
    public Reply Nfs(NfsProcedure procedure, byte[] handle, WriteArguments? more = null) =>
        new(Nfs(procedure, (ref XdrWriter writer) =>
        {
            writer.WriteOpaque(handle);
            more?.Invoke(ref writer);
        }));

    /// <summary>Mounts a path; the status and the handle.</summary>
    public (MountStatus Status, byte[] Handle) Mount(string path)
    {
        var reply = new Reply(Call(MountProtocol.ProgramNumber, MountProtocol.ProgramVersion, (uint)MountProcedure.Mnt,
            (ref XdrWriter writer) => writer.WriteOpaque(Encoding.UTF8.GetBytes(path))));
        var status = (MountStatus)reply.UInt32();
        return (status, status == MountStatus.Ok ? reply.Opaque() : []);
    }

    /// <summary>Handle of what a path of names leads to.</summary>
    public byte[] Walk(byte[] handle, params string[] names)
    {
        foreach (string name in names)
        {
            Reply reply = Nfs(NfsProcedure.Lookup, handle, (ref XdrWriter writer) => writer.WriteOpaque(Encoding.UTF8.GetBytes(name)));
            Assert.Equal(NfsStatus.Ok, reply.Status());
            handle = reply.Opaque();
        }

        return handle;
    }

    /// <summary>Sends a message, and waits for a reply with its xid.</summary>
    public byte[] CallForReply(byte[] message)
    {
        Send(message);
        byte[] reply = Receive() ?? throw new EndOfStreamException("The server has ended the connection.");
        Assert.Equal(message[..4], reply[..4]);
        return reply;
    }

    public void Send(byte[] message)
    {
        if (_isStream)
        {
            byte[] head = new byte[RpcFragment.HeadLength];
            new RpcFragment(IsLast: true, message.Length).Write(head);
            _socket.Send([.. head, .. message]);
        }
        else
        {
            _socket.Send(message);
        }
    }

    public void SendRaw(byte[] bytes) => _socket.Send(bytes);

    /// <summary>The next reply; null when the server has ended the connection.</summary>
    public byte[]? Receive()
    {
        if (!_isStream)
        {
            byte[] datagram = new byte[65536];
            return datagram[.._socket.Receive(datagram)];
        }

        byte[] head = new byte[RpcFragment.HeadLength];
        if (!TryFill(head))
        {
            return null;
        }

        RpcFragment fragment = RpcFragment.Read(head);
        Assert.True(fragment.IsLast);
        byte[] reply = new byte[fragment.Length];
        return TryFill(reply) ? reply : null;
    }

    public byte[] Message(uint program, uint version, uint procedure, WriteArguments? arguments = null)
    {
        byte[] buffer = new byte[8192];
        var writer = new XdrWriter(buffer);
        foreach (uint word in (uint[])[++_xid, 0, RpcCall.RpcVersion, program, version, procedure, 0, 0, 0, 0])
        {
            writer.WriteUInt32(word);
        }

        arguments?.Invoke(ref writer);
        return buffer[..writer.Length];
    }

    public void Dispose() => _socket.Dispose();

    private bool TryFill(byte[] buffer)
    {
        try
        {
            for (int done = 0; done < buffer.Length;)
            {
                int count = _socket.Receive(buffer.AsSpan(done));
                if (count == 0)
                {
                    return false;
                }

                done += count;
            }

            return true;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }
}

/// <summary>Reads results one after the other.</summary>
internal sealed class Reply(byte[] bytes)
{
    private int _position;

    public bool IsAtEnd => _position == bytes.Length;

    public uint UInt32()
    {
        var reader = new XdrReader(bytes.AsSpan(_position));
        uint value = reader.ReadUInt32();
        Assert.False(reader.Failed);
        _position += reader.Position;
        return value;
    }

    public ulong UInt64() => ((ulong)UInt32() << 32) | UInt32();

    public NfsStatus Status() => (NfsStatus)UInt32();

    public byte[] Opaque()
    {
        var reader = new XdrReader(bytes.AsSpan(_position));
        byte[] value = reader.ReadOpaque(bytes.Length).ToArray();
        Assert.False(reader.Failed);
        _position += reader.Position;
        return value;
    }

    public string Text() => Encoding.UTF8.GetString(Opaque());

    /// <summary>Attributes that follow; null when they do not.</summary>
    public NfsAttributes? OptionalAttributes() => UInt32() == 0 ? null : Attributes();

    public NfsAttributes Attributes()
    {
        var type = (NfsFileType)UInt32();
        uint mode = UInt32();
        Assert.Equal((1u, 0u, 0u), (UInt32(), UInt32(), UInt32()));
        ulong size = UInt64();
        Assert.Equal((size, 0ul), (UInt64(), UInt64()));
        (ulong fileSystem, ulong fileId, uint modified) = (UInt64(), UInt64(), UInt32());
        _position += 5 * sizeof(uint);
        return new NfsAttributes(type, mode, size, fileSystem, fileId, modified);
    }
}
