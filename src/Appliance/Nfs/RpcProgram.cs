using System.Net;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>A program that can be called: NFS, mount, port mapper.</summary>
internal interface IRpcProgram
{
    uint Number { get; }

    /// <summary>The one version of it that is served.</summary>
    uint Version { get; }

    /// <summary>Calls a procedure. Results other than of success are not sent.</summary>
    RpcResult Call(uint procedure, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results);
}

/// <summary>What a procedure came to: its results, and bytes of a file that follow them on the wire.</summary>
/// <param name="Payload">The file, or null. It belongs to the caller's <see cref="RecentFile"/>.</param>
/// <param name="Offset">First of its bytes.</param>
/// <param name="Count">How many, without the zeros that fill the last unit up.</param>
internal readonly record struct RpcResult(RpcAcceptStatus Status, Payload? Payload = null, long Offset = 0, int Count = 0)
{
    public static readonly RpcResult Success = new(RpcAcceptStatus.Success);
    public static readonly RpcResult GarbageArguments = new(RpcAcceptStatus.GarbageArguments);
    public static readonly RpcResult NoSuchProcedure = new(RpcAcceptStatus.ProcedureUnavailable);
}

/// <summary>What is to be sent for a message: nothing, or a reply of that length, and behind it bytes of a file.</summary>
internal readonly record struct RpcAnswer(int Length, Payload? Payload = null, long Offset = 0, int Count = 0);

/// <summary>Where calls come from: a connection, or one of those who answer datagrams.</summary>
internal sealed class RpcCaller(IPEndPoint client, bool isStream, TimeProvider time)
{
    /// <summary>
    /// Longest READ over TCP: 1 MiB, the most that Linux asks for; fewer calls per gigabyte, and no memory of ours, since
    /// the bytes go from the page cache to the socket.
    /// </summary>
    private const int MaxStreamRead = 1024 * 1024;

    /// <summary>Longest READ over UDP: 8 KiB are six Ethernet frames; the loss of one costs them all.</summary>
    private const int MaxDatagramRead = 8 * 1024;

    /// <summary>Bytes of a reply beside the data of a READ: the head, and the longest results of fixed length.</summary>
    private const int HeadRoom = 512;

    /// <summary>Who.</summary>
    public IPEndPoint Client { get; set; } = client;

    public bool IsStream { get; } = isStream;

    public int MaxRead => IsStream ? MaxStreamRead : MaxDatagramRead;

    /// <summary>The longest list of directory entries. 32 KiB: what Linux asks for.</summary>
    public int MaxReadDir => IsStream ? 32 * 1024 : MaxDatagramRead;

    /// <summary>Length that a buffer for replies needs, in bytes.</summary>
    public int ReplyLength => MaxReadDir + HeadRoom;

    public RecentFile File { get; } = new(time);
}
