using System.Buffers.Binary;
using System.Text;
using Appliance.Formats.Nbd;
using Appliance.Options;

namespace Appliance.Nbd;

/// <summary>
/// The server's side of the fixed newstyle negotiation (NBD protocol, "Newstyle negotiation"): bytes in, bytes out. Keeps
/// nothing of the client's but a few numbers; one answer at a time goes into the caller's buffer.
/// </summary>
internal sealed class NbdHandshake(NbdExports exports) : IDisposable
{
    /// <summary>Length of the caller's two buffers: the longest option that is read whole, and the longest answer.</summary>
    public const int BufferLength = 8 * 1024;

    /// <summary>
    /// Longest data of an option that is put up with, in bytes. 64 KiB: an option that we do not know is skipped and answered,
    /// one of 4 GiB would be a way to stay (CVE-2019-14850).
    /// </summary>
    public const int MaxDataLength = 64 * 1024;

    /// <summary>Options of one session. 64: a client needs five; one that never ends is a way to stay (CVE-2024-7409).</summary>
    public const int MaxOptions = 64;

    /// <summary>Any byte can be read by itself: files inside images have any length.</summary>
    private const uint MinimumBlock = 1;

    /// <summary>A page: what the page cache reads anyway.</summary>
    private const uint PreferredBlock = 4096;

    private const NbdHandshakeFeatures Known = NbdHandshakeFeatures.FixedNewstyle | NbdHandshakeFeatures.NoZeroes;

    private NbdHandshakeFeatures? _agreed;
    private int _options;
    private NbdOptionHeader _skipping;
    private uint _skipLeft;
    private IEnumerator<string>? _names;

    public NbdPhase Phase { get; private set; }

    /// <summary>What the client took; null before <see cref="NbdPhase.Transmission"/>.</summary>
    public NbdExport? Export { get; private set; }

    /// <summary>Whether reads are answered by chunks.</summary>
    public bool StructuredReplies { get; private set; }

    /// <summary>Why it ended; null while it has not, and when the client ended it properly.</summary>
    public string? EndReason { get; private set; }

    /// <summary>Why the latest step refused an export, with what only the owner may know; null when it did not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What the server says first; returns its length.</summary>
    public static int Greet(Span<byte> output) => NbdHandshakeWriter.WriteGreeting(output, Known);

    /// <summary>Does one thing: takes at most one option, or goes on with a list.</summary>
    /// <param name="input">What has come and was not consumed.</param>
    /// <param name="output">At least <see cref="BufferLength"/> bytes.</param>
    public NbdStep Step(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Refusal = null;
        if (_names is not null)
        {
            return new NbdStep(0, ContinueList(_names, output));
        }

        if (_skipLeft > 0)
        {
            return Skip(input, output);
        }

        return _agreed is null ? TakeClientFlags(input) : TakeOption(input, output);
    }

    public void Dispose()
    {
        _names?.Dispose();
        Export?.Dispose();
    }

    private NbdStep TakeClientFlags(ReadOnlySpan<byte> input)
    {
        if (input.Length < NbdHandshakeWriter.ClientFlagsLength)
        {
            return default;
        }

        _agreed = (NbdHandshakeFeatures)BinaryPrimitives.ReadUInt32BigEndian(input);
        if ((_agreed & ~Known) != 0)
        {
            // "the server MUST drop the TCP connection if the client sets an unknown flag".
            End("unknown flags");
        }

        return new NbdStep(NbdHandshakeWriter.ClientFlagsLength, 0);
    }

    private NbdStep TakeOption(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length < NbdOptionHeader.Length)
        {
            return default;
        }

        if (!NbdOptionHeader.TryParse(input, out NbdOptionHeader header, out string? reason)
            || !MayCome(header, out reason))
        {
            End(reason);
            return default;
        }

        if (header.DataLength > BufferLength - NbdOptionHeader.Length)
        {
            _options++;
            _skipping = header;
            _skipLeft = header.DataLength;
            return new NbdStep(NbdOptionHeader.Length, 0);
        }

        int length = NbdOptionHeader.Length + (int)header.DataLength;
        if (input.Length < length)
        {
            return default;
        }

        _options++;
        return new NbdStep(length, Answer(header.Option, input[NbdOptionHeader.Length..length], output));
    }

    private bool MayCome(in NbdOptionHeader header, out string? reason)
    {
        reason = header.DataLength > MaxDataLength ? "an option of more than 64 KiB"
            : _options >= MaxOptions ? "more than 64 options"
            // "This is the only valid option in nonfixed newstyle negotiation."
            : (_agreed & NbdHandshakeFeatures.FixedNewstyle) == 0 && header.Option != NbdOptionCode.ExportName
                ? "an option from a client that does not speak fixed newstyle"
            : header.Option == NbdOptionCode.ExportName && header.DataLength > NbdExports.MaxNameLength
                ? "a name of more than 4096 bytes"
            : null;
        return reason is null;
    }

    private NbdStep Skip(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int count = (int)Math.Min(_skipLeft, input.Length);
        _skipLeft -= (uint)count;
        bool known = _skipping.Option is NbdOptionCode.Info or NbdOptionCode.Go;
        int written = _skipLeft > 0 ? 0
            : known ? NbdHandshakeWriter.WriteReply(output, _skipping.Option, NbdReplyType.ErrorTooBig)
            : Answer(_skipping.Option, default, output, hadTooMuchData: true);
        return new NbdStep(count, written);
    }

    private int Answer(NbdOptionCode option, ReadOnlySpan<byte> data, Span<byte> output, bool hadTooMuchData = false)
    {
        bool bare = data.IsEmpty && !hadTooMuchData;
        switch (option)
        {
            case NbdOptionCode.ExportName:
                return OnExportName(data, output);
            case NbdOptionCode.Info or NbdOptionCode.Go:
                return OnInfoOrGo(option, data, output);
            case NbdOptionCode.Abort:
                Phase = NbdPhase.Ended;
                return NbdHandshakeWriter.WriteReply(output, option, NbdReplyType.Ack);
            case NbdOptionCode.List when bare:
                _names = exports.Names.GetEnumerator();
                return ContinueList(_names, output);
            case NbdOptionCode.StructuredReply when bare:
                StructuredReplies = true;
                return NbdHandshakeWriter.WriteReply(output, option, NbdReplyType.Ack);
            case NbdOptionCode.List or NbdOptionCode.StructuredReply:
                return NbdHandshakeWriter.WriteError(output, option, NbdReplyType.ErrorInvalid, "this option takes no data");
            case NbdOptionCode.StartTls:
                // A firmware or initrd that boots from us has no certificate to check us by.
                return NbdHandshakeWriter.WriteError(output, option, NbdReplyType.ErrorPolicy, "this server speaks no TLS");
            default:
                return NbdHandshakeWriter.WriteReply(output, option, NbdReplyType.ErrorUnsupported);
        }
    }

    private int OnExportName(ReadOnlySpan<byte> name, Span<byte> output)
    {
        if (Open(name, out string? refusal) is not { } export)
        {
            End(refusal);
            return 0;
        }

        Start(export);
        bool noZeroes = (_agreed & NbdHandshakeFeatures.NoZeroes) != 0;
        return NbdHandshakeWriter.WriteExportName(output, export.Payload.Length, Features, noZeroes);
    }

    private int OnInfoOrGo(NbdOptionCode option, ReadOnlySpan<byte> data, Span<byte> output)
    {
        if (!NbdInfoRequest.TryParse(data, out NbdInfoRequest request, out string? reason))
        {
            return NbdHandshakeWriter.WriteError(output, option, NbdReplyType.ErrorInvalid, reason!);
        }

        if (request.Name.Length > NbdExports.MaxNameLength)
        {
            return NbdHandshakeWriter.WriteReply(output, option, NbdReplyType.ErrorTooBig);
        }

        if (Open(request.Name, out string? refusal) is not { } export)
        {
            return NbdHandshakeWriter.WriteError(output, option, NbdReplyType.ErrorUnknown, refusal!);
        }

        int written = NbdHandshakeWriter.WriteExportInfo(output, option, export.Payload.Length, Features);
        if (request.Wants(NbdInfoType.BlockSize))
        {
            written += NbdHandshakeWriter.WriteBlockSizeInfo(
                output[written..], option, MinimumBlock, PreferredBlock, NbdTransmission.MaxReadLength);
        }

        if (option == NbdOptionCode.Go)
        {
            Start(export);
        }
        else
        {
            export.Dispose();
        }

        return written + NbdHandshakeWriter.WriteReply(output[written..], option, NbdReplyType.Ack);
    }

    /// <summary>
    /// Images are only ever replaced as a whole, so all connections see the same; nothing is written, so a flush is done.
    /// </summary>
    private NbdExportFeatures Features =>
        NbdExportFeatures.HasFlags | NbdExportFeatures.ReadOnly | NbdExportFeatures.SendFlush | NbdExportFeatures.CanMultiConnection
        | (StructuredReplies ? NbdExportFeatures.SendDoNotFragment : NbdExportFeatures.None);

    /// <summary>Null, with words for the client, when there is no such export or it cannot be read.</summary>
    private NbdExport? Open(ReadOnlySpan<byte> name, out string? refusal)
    {
        try
        {
            if (exports.TryOpen(name, out NbdExport? export, out refusal))
            {
                return export;
            }

            Refusal = $"{Printable.Text(Encoding.UTF8.GetString(name))}: {refusal}";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            refusal = "the medium cannot be read";
            Refusal = $"{Printable.Text(Encoding.UTF8.GetString(name))}: {unreadable.Message}";
        }

        return null;
    }

    private int ContinueList(IEnumerator<string> names, Span<byte> output)
    {
        int written = 0;
        while (output.Length - written >= NbdHandshakeWriter.ReplyHeadLength * 2 + sizeof(uint) + NbdExports.MaxNameLength)
        {
            if (!names.MoveNext())
            {
                names.Dispose();
                _names = null;
                return written + NbdHandshakeWriter.WriteReply(output[written..], NbdOptionCode.List, NbdReplyType.Ack);
            }

            byte[] name = Encoding.UTF8.GetBytes(names.Current);
            if (name.Length <= NbdExports.MaxNameLength)
            {
                written += NbdHandshakeWriter.WriteServer(output[written..], name);
            }
        }

        return written;
    }

    private void Start(NbdExport export)
    {
        Export = export;
        Phase = NbdPhase.Transmission;
    }

    private void End(string? reason)
    {
        EndReason = reason;
        Phase = NbdPhase.Ended;
    }
}
