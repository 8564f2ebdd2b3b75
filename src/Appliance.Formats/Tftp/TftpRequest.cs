using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Appliance.Formats.Tftp;

/// <summary>
/// A read or write request. A view over the datagram; the options of RFC 2348, 2349 and 7440 are already numbers.
/// <code>
///  2 bytes   string   1  string 1   string 1  string 1
/// +--------+--~~--+---+--~~--+---+--~~--+---+--~~--+---+
/// | opcode | file | 0 | mode | 0 | opt1 | 0 | val1 | 0 | ...      RFC 1350 figure 5-1, RFC 2347
/// +--------+--~~--+---+--~~--+---+--~~--+---+--~~--+---+
/// </code>
/// </summary>
public readonly ref struct TftpRequest
{
    /// <summary>Smallest and largest block size that may be asked for, in bytes (RFC 2348).</summary>
    public const int MinBlksize = 8;
    public const int MaxBlksize = 65464;

    /// <summary>Largest retransmission time-out that may be asked for, in seconds (RFC 2349).</summary>
    public const int MaxTimeoutSeconds = 255;

    private const int FileNameOffset = 2;

    private TftpRequest(bool isWrite, ReadOnlySpan<byte> fileName, TftpMode mode, scoped in Options options)
    {
        IsWrite = isWrite;
        FileName = fileName;
        Mode = mode;
        Blksize = options.Blksize;
        TimeoutSeconds = options.Timeout;
        Tsize = options.Tsize;
        Windowsize = options.Windowsize;
    }

    /// <summary>Whether the client wants to send a file rather than fetch one.</summary>
    public bool IsWrite { get; }

    /// <summary>The name as sent, without its NUL; may be empty, may be any bytes.</summary>
    public ReadOnlySpan<byte> FileName { get; }

    public TftpMode Mode { get; }

    /// <summary>Block size asked for, 8 to 65464 bytes; null when absent or not such a number (RFC 2348).</summary>
    public int? Blksize { get; }

    /// <summary>Retransmission time-out asked for, 1 to 255 s; null when absent or not such a number (RFC 2349).</summary>
    public int? TimeoutSeconds { get; }

    /// <summary>Transfer size told, 0 in a read request that asks for it; null when absent or no number (RFC 2349).</summary>
    public long? Tsize { get; }

    /// <summary>Blocks per window asked for, 1 to 65535; null when absent or not such a number (RFC 7440 §3).</summary>
    public int? Windowsize { get; }

    /// <summary>
    /// Reads a request. Of an option that is given twice the first counts (RFC 2347: "an option may only be specified
    /// once"); unknown options, bad numbers and an unfinished tail are skipped.
    /// </summary>
    /// <param name="reason">Why it is not a request; null when it is.</param>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out TftpRequest request, out string? reason)
    {
        request = default;
        if (datagram.Length < FileNameOffset)
        {
            reason = "shorter than an opcode";
            return false;
        }

        var opcode = (TftpOpcode)BinaryPrimitives.ReadUInt16BigEndian(datagram);
        if (opcode is not (TftpOpcode.ReadRequest or TftpOpcode.WriteRequest))
        {
            reason = "not a request";
            return false;
        }

        ReadOnlySpan<byte> rest = datagram[FileNameOffset..];
        if (!TryTakeString(ref rest, out ReadOnlySpan<byte> fileName))
        {
            reason = "file name without its NUL";
            return false;
        }

        if (!TryTakeString(ref rest, out ReadOnlySpan<byte> mode))
        {
            reason = "mode without its NUL";
            return false;
        }

        request = new TftpRequest(opcode == TftpOpcode.WriteRequest, fileName, ModeOf(mode), ReadOptions(rest));
        reason = null;
        return true;
    }

    private static TftpMode ModeOf(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "octet"u8) ? TftpMode.Octet
        : Ascii.EqualsIgnoreCase(name, "netascii"u8) ? TftpMode.Netascii
        : Ascii.EqualsIgnoreCase(name, "mail"u8) ? TftpMode.Mail
        : TftpMode.Unknown;

    private static Options ReadOptions(ReadOnlySpan<byte> rest)
    {
        var options = default(Options);
        while (TryTakeString(ref rest, out ReadOnlySpan<byte> name) && TryTakeString(ref rest, out ReadOnlySpan<byte> value))
        {
            if (Ascii.EqualsIgnoreCase(name, "blksize"u8))
            {
                options.Blksize ??= (int?)Number(value, MinBlksize, MaxBlksize);
            }
            else if (Ascii.EqualsIgnoreCase(name, "timeout"u8))
            {
                options.Timeout ??= (int?)Number(value, 1, MaxTimeoutSeconds);
            }
            else if (Ascii.EqualsIgnoreCase(name, "tsize"u8))
            {
                options.Tsize ??= Number(value, 0, long.MaxValue);
            }
            else if (Ascii.EqualsIgnoreCase(name, "windowsize"u8))
            {
                options.Windowsize ??= (int?)Number(value, 1, ushort.MaxValue);
            }
        }

        return options;
    }

    private static long? Number(ReadOnlySpan<byte> value, long min, long max) =>
        !value.IsEmpty && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && Utf8Parser.TryParse(value, out long number, out int used) && used == value.Length && number >= min && number <= max
            ? number
            : null;

    private static bool TryTakeString(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        int nul = rest.IndexOf((byte)0);
        if (nul < 0)
        {
            text = default;
            return false;
        }

        text = rest[..nul];
        rest = rest[(nul + 1)..];
        return true;
    }

    private struct Options
    {
        public int? Blksize;
        public int? Timeout;
        public long? Tsize;
        public int? Windowsize;
    }
}
