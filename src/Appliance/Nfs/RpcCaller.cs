using System.Net;

namespace Appliance.Nfs;

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
