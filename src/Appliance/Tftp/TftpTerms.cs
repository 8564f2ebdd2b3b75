using Appliance.Formats.Tftp;
using Appliance.Options;

namespace Appliance.Tftp;

/// <summary>
/// What a transfer is agreed to be: the request's options, each as asked or smaller, and only those that were asked
/// (RFC 2347). Null means that the option is not in the OACK.
/// </summary>
public readonly record struct TftpTerms
{
    /// <summary>Block size without the option, in bytes (RFC 1350 §2).</summary>
    public const int DefaultBlksize = 512;

    /// <summary>
    /// Most bytes of one window, whatever was configured. 256 KiB: each transfer keeps one window in memory, 200 of them
    /// must fit a board of 512 MB.
    /// </summary>
    public const int MaxWindowBytes = 256 * 1024;

    public int? AgreedBlksize { get; init; }

    public int? AgreedTimeoutSeconds { get; init; }

    public long? AgreedTsize { get; init; }

    public int? AgreedWindowsize { get; init; }

    /// <summary>Bytes of each block but the last.</summary>
    public int Blksize => AgreedBlksize ?? DefaultBlksize;

    /// <summary>Blocks sent before an ACK is waited for (RFC 7440 §3).</summary>
    public int Windowsize => AgreedWindowsize ?? 1;

    /// <summary>Whether an OACK opens the transfer; otherwise its first block does.</summary>
    public bool HasOptions =>
        AgreedBlksize is not null || AgreedTimeoutSeconds is not null || AgreedTsize is not null || AgreedWindowsize is not null;

    /// <summary>Answers the options of a request for a file of <paramref name="length"/> bytes.</summary>
    public static TftpTerms For(in TftpRequest request, long length, TftpOptions limits)
    {
        // A translated file's length is not known before it is sent, and its blocks are made one after the other: neither
        // tsize nor windows for netascii.
        bool octet = request.Mode == TftpMode.Octet;
        int? blksize = request.Blksize is { } asked ? Math.Min(asked, limits.MaxBlksize) : null;
        int blocksInMemory = Math.Max(1, MaxWindowBytes / (blksize ?? DefaultBlksize));
        return new TftpTerms
        {
            AgreedBlksize = blksize,
            AgreedTimeoutSeconds = request.TimeoutSeconds,
            AgreedTsize = octet && request.Tsize is not null ? length : null,
            AgreedWindowsize = octet && request.Windowsize is { } window
                ? Math.Min(window, Math.Min(limits.MaxWindowsize, blocksInMemory))
                : null,
        };
    }

    public int WriteOptionAck(Span<byte> destination) =>
        TftpPacket.WriteOptionAck(destination, AgreedBlksize, AgreedTimeoutSeconds, AgreedTsize, AgreedWindowsize);
}
