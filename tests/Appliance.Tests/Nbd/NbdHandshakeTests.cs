using System.Text;
using Appliance.Nbd;

namespace Appliance.Tests.Nbd;

/// <summary>The negotiation without sockets: bytes in, bytes out, as hexadecimal from the NBD protocol document.</summary>
public sealed class NbdHandshakeTests : IAsyncLifetime, IDisposable
{
    private const string Flags = "00000003";
    private const string Option = "49484156454F5054";
    private const string Reply = "0003E889045565A9";
    private const string Abort = Option + "00000002" + "00000000";
    private const string Structured = Option + "00000008" + "00000000";

    private readonly byte[] _output = new byte[NbdHandshake.BufferLength];
    private readonly List<string> _refusals = [];
    private NbdLibrary _library = null!;
    private NbdHandshake _handshake = null!;

    public async Task InitializeAsync()
    {
        _library = await NbdLibrary.CreateAsync();
        _handshake = New();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _handshake.Dispose();
        _library.Dispose();
    }

    [Fact]
    public void N_01_go_tells_size_flags_and_block_sizes_and_starts()
    {
        string answers = Feed(Flags + Structured + Go(NbdLibrary.Disk, "0003"));
        Assert.Equal(
            Reply + "00000008" + "00000001" + "00000000"
            + Reply + "00000007" + "00000003" + "0000000C" + "0000" + "000000000013D621" + "0187"
            + Reply + "00000007" + "00000003" + "0000000E" + "0003" + "00000001" + "00001000" + "02000000"
            + Reply + "00000007" + "00000001" + "00000000",
            answers);
        Assert.Equal((NbdPhase.Transmission, true), (_handshake.Phase, _handshake.StructuredReplies));
        Assert.Equal(NbdLibrary.Disk, _handshake.Export!.Name);
    }

    [Fact]
    public void Without_structured_replies_reads_cannot_be_asked_in_one_piece() =>
        Assert.Contains("000000000013D621" + "0107", Feed(Flags + Go(NbdLibrary.Disk)), StringComparison.Ordinal);

    [Fact]
    public void Info_answers_like_go_and_does_not_start()
    {
        string go = Feed(Flags + Go(NbdLibrary.Disk));
        using NbdHandshake other = New();
        string info = Feed(other, Flags + InfoOrGo(6, NbdLibrary.Disk));
        Assert.Equal(go.Replace(Reply + "00000007", Reply + "00000006", StringComparison.Ordinal), info);
        Assert.Equal((NbdPhase.Handshake, null), (other.Phase, other.Export));
    }

    [Theory]
    [InlineData("00000003", "000000000013D621" + "0107")]
    [InlineData("00000002", "000000000013D621" + "0107")]
    [InlineData("00000001", "000000000013D621" + "0107", 124)]
    [InlineData("00000000", "000000000013D621" + "0107", 124)]
    public void Export_name_starts_with_or_without_zeros(string flags, string answer, int zeros = 0)
    {
        Assert.Equal(answer + new string('0', 2 * zeros), Feed(flags + Message(1, Hex(NbdLibrary.Disk))));
        Assert.Equal(NbdPhase.Transmission, _handshake.Phase);
    }

    [Fact]
    public void Export_name_of_nothing_hangs_up()
    {
        Assert.Equal("", Feed(Flags + Message(1, Hex("nothing"))));
        Assert.Equal(NbdPhase.Ended, _handshake.Phase);
        Assert.NotNull(_handshake.EndReason);
    }

    [Theory]
    [InlineData("disks/random", 1_300_001)]
    [InlineData("disks/random.img", 1_300_001)]
    [InlineData("/Disks/RANDOM", 1_300_001)]
    [InlineData("rescue/debian-12.iso", 131_072)]
    [InlineData("rescue/debian-12/initrd", 3001)]
    [InlineData("rescue//debian-12/INITRD", 3001)]
    public void Images_and_files_inside_them_are_exports(string name, long length)
    {
        Feed(Flags + Go(name));
        Assert.Equal(length, _handshake.Export!.Payload.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("rescue")]
    [InlineData("rescue/debian-12/nothing")]
    [InlineData("../isos/disks/random.img")]
    [InlineData("rescue/debian-12/../../disks/random")]
    [InlineData("disks/random\0")]
    [InlineData("disks/random\n")]
    public void What_is_no_export_is_refused_with_words_and_the_client_may_go_on(string name)
    {
        string answer = Feed(Flags + Go(name));
        Assert.StartsWith(Reply + "00000007" + "80000006", answer, StringComparison.Ordinal);
        Assert.True(answer.Length > 2 * 20);
        Assert.Single(_refusals);
        Feed(Go(NbdLibrary.Disk));
        Assert.Equal(NbdPhase.Transmission, _handshake.Phase);
    }

    [Fact]
    public void A_name_that_is_no_utf8_is_refused() =>
        Assert.StartsWith(
            Reply + "00000007" + "80000006", Feed(Flags + Message(7, "00000002" + "FFFE" + "0000")), StringComparison.Ordinal);

    [Fact]
    public void List_names_all_images() =>
        Assert.Equal(
            Reply + "00000003" + "00000002" + "00000010" + "0000000C" + Hex(NbdLibrary.Disk)
            + Reply + "00000003" + "00000002" + "00000014" + "00000010" + Hex(NbdLibrary.Disc)
            + Reply + "00000003" + "00000001" + "00000000",
            Feed(Flags + Message(3, "")));

    [Fact]
    public async Task A_long_list_comes_in_pieces_that_fit_the_buffer()
    {
        string group = new('g', 120);
        for (int i = 0; i < 200; i++)
        {
            _library.Add($"{group}/{i:d4}.img", "x"u8);
        }

        await _library.Library.ScanAsync(CancellationToken.None);
        string list = Feed(Flags + Message(3, ""));
        Assert.Equal(202, list.Split(Reply + "00000003" + "00000002").Length - 1);
        Assert.EndsWith(Reply + "00000003" + "00000001" + "00000000", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "", "80000002")]
    [InlineData(4, "", "80000001")]
    [InlineData(9, "0000000161" + "00000000", "80000001")]
    [InlineData(0xFFFFFFFF, "00", "80000001")]
    [InlineData(3, "00", "80000003")]
    [InlineData(8, "00", "80000003")]
    [InlineData(7, "", "80000003")]
    [InlineData(7, "000000FF" + "61" + "0000", "80000003")]
    public void What_is_not_understood_is_answered_and_the_session_goes_on(uint option, string data, string error)
    {
        Assert.StartsWith(Reply + $"{option:X8}" + error, Feed(Flags + Message(option, data)), StringComparison.Ordinal);
        Assert.Equal(NbdPhase.Handshake, _handshake.Phase);
        Assert.False(_handshake.StructuredReplies);
    }

    [Theory]
    [InlineData(7u, "80000009")]
    [InlineData(3u, "80000003")]
    [InlineData(99u, "80000001")]
    public void N_01_long_data_up_to_64_KiB_are_skipped_and_answered(uint option, string error)
    {
        string data = new('0', 2 * NbdHandshake.MaxDataLength);
        string answers = Feed(Flags + Message(option, data) + Structured);
        Assert.StartsWith(Reply + $"{option:X8}" + error, answers, StringComparison.Ordinal);
        Assert.EndsWith(Reply + "00000008" + "00000001" + "00000000", answers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Option + "00000007" + "00010001")]
    [InlineData(Option + "00000063" + "FFFFFFFF")]
    [InlineData(Option + "00000001" + "00001001")]
    [InlineData("49484156454F5055" + "00000007" + "00000000")]
    public void V_21_an_option_bomb_or_nonsense_ends_the_session(string start)
    {
        Assert.Equal("", Feed(Flags + start));
        Assert.Equal(NbdPhase.Ended, _handshake.Phase);
        Assert.NotNull(_handshake.EndReason);
    }

    [Fact]
    public void A_name_of_more_than_4096_bytes_is_too_big() =>
        Assert.Equal(Reply + "00000007" + "80000009" + "00000000", Feed(Flags + Go(new string('n', 4097))));

    [Fact]
    public void V_21_the_sixty_fifth_option_ends_the_session()
    {
        Feed(Flags + string.Concat(Enumerable.Repeat(Structured, 64)));
        Assert.Equal(NbdPhase.Handshake, _handshake.Phase);
        Assert.Equal("", Feed(Structured));
        Assert.Equal(NbdPhase.Ended, _handshake.Phase);
    }

    [Fact]
    public void Abort_is_acknowledged_and_ends_properly()
    {
        Assert.Equal(Reply + "00000002" + "00000001" + "00000000", Feed(Flags + Abort));
        Assert.Equal((NbdPhase.Ended, null), (_handshake.Phase, _handshake.EndReason));
    }

    [Fact]
    public void Unknown_client_flags_end_the_session()
    {
        Feed("00000007");
        Assert.Equal(NbdPhase.Ended, _handshake.Phase);
    }

    [Fact]
    public void A_client_that_does_not_speak_fixed_newstyle_may_only_take_an_export()
    {
        Feed("00000000" + Message(3, ""));
        Assert.Equal(NbdPhase.Ended, _handshake.Phase);
    }

    [Fact]
    public void Every_truncation_waits_for_the_rest_and_then_answers_the_same()
    {
        byte[] input = Convert.FromHexString(Flags + Structured + Message(99, "0102") + Message(3, "") + Go(NbdLibrary.Disk, "0003"));
        string whole = Feed(Convert.ToHexString(input));
        for (int cut = 0; cut < input.Length; cut++)
        {
            using NbdHandshake handshake = New();
            string first = Feed(handshake, Convert.ToHexString(input.AsSpan(0, cut)), out int consumed);
            Assert.Equal(NbdPhase.Handshake, handshake.Phase);
            Assert.Equal(whole, first + Feed(handshake, Convert.ToHexString(input.AsSpan(consumed))));
        }
    }

    private NbdHandshake New() => new(new NbdExports(_library.Library));

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static string Message(uint option, string data) => Option + $"{option:X8}" + $"{data.Length / 2:X8}" + data;

    private static string Go(string name, string types = "") => InfoOrGo(7, name, types);

    private static string InfoOrGo(uint option, string name, string types = "") =>
        Message(option, $"{Encoding.UTF8.GetByteCount(name):X8}" + Hex(name) + $"{types.Length / 4:X4}" + types);

    private string Feed(string hex) => Feed(_handshake, hex);

    private string Feed(NbdHandshake handshake, string hex) => Feed(handshake, hex, out _);

    /// <summary>Steps as the session does, with no more input in view than its buffer holds.</summary>
    private string Feed(NbdHandshake handshake, string hex, out int consumed)
    {
        byte[] input = Convert.FromHexString(hex);
        var answers = new StringBuilder();
        consumed = 0;
        while (handshake.Phase == NbdPhase.Handshake)
        {
            int length = Math.Min(input.Length - consumed, NbdHandshake.BufferLength);
            NbdStep step = handshake.Step(input.AsSpan(consumed, length), _output);
            answers.Append(Convert.ToHexString(_output.AsSpan(0, step.Written)));
            consumed += step.Consumed;
            _refusals.AddRange(handshake.Refusal is { } refusal ? [refusal] : []);
            if (step == default)
            {
                break;
            }
        }

        return answers.ToString();
    }
}
