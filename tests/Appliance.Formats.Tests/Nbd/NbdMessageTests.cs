using Appliance.Formats.Nbd;

namespace Appliance.Formats.Tests.Nbd;

/// <summary>Golden bytes are written by hand from the NBD protocol document.</summary>
public class NbdMessageTests
{
    /// <summary>NBD_OPT_GO of "a/b" that asks for block sizes (3) and a description (2).</summary>
    private static readonly byte[] Go = Convert.FromHexString("49484156454F5054" + "00000007" + "0000000D" + GoData);

    private static readonly byte[] Read = Convert.FromHexString(
        "25609513" + "0004" + "0000" + "1122334455667788" + "0000000100000200" + "00008000");

    private const string GoData = "00000003" + "612F62" + "0002" + "0003" + "0002";

    private readonly byte[] _buffer = new byte[256];

    [Fact]
    public void An_option_is_read()
    {
        Assert.True(NbdOptionHeader.TryParse(Go, out NbdOptionHeader header, out string? reason));
        Assert.Null(reason);
        Assert.Equal(new NbdOptionHeader(NbdOptionCode.Go, 13), header);
    }

    [Fact]
    public void An_information_request_is_read()
    {
        Assert.True(NbdInfoRequest.TryParse(Convert.FromHexString(GoData), out NbdInfoRequest request, out _));
        Assert.Equal("a/b"u8, request.Name);
        Assert.True(request.Wants(NbdInfoType.BlockSize));
        Assert.False(request.Wants(NbdInfoType.Export));
    }

    [Fact]
    public void A_request_is_read()
    {
        Assert.True(NbdRequest.TryParse(Read, out NbdRequest request, out string? reason));
        Assert.Null(reason);
        Assert.Equal(
            new NbdRequest(NbdCommandModifiers.DoNotFragment, NbdCommand.Read, 0x1122334455667788, 0x1_0000_0200, 0x8000), request);
    }

    [Fact]
    public void Every_truncation_is_refused_with_a_reason()
    {
        for (int length = 0; length < NbdOptionHeader.Length; length++)
        {
            Assert.False(NbdOptionHeader.TryParse(Go.AsSpan(0, length), out _, out string? reason));
            Assert.NotNull(reason);
        }

        for (int length = 0; length < Read.Length; length++)
        {
            Assert.False(NbdRequest.TryParse(Read.AsSpan(0, length), out _, out string? reason));
            Assert.NotNull(reason);
        }

        byte[] data = Convert.FromHexString(GoData);
        for (int length = 0; length < data.Length; length++)
        {
            Assert.False(NbdInfoRequest.TryParse(data.AsSpan(0, length), out _, out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Theory]
    [InlineData("FFFFFFFF" + "61" + "0000")]
    [InlineData("7FFFFFFF" + "61" + "0000")]
    [InlineData("00000002" + "61" + "0000")]
    [InlineData("00000001" + "61" + "FFFF")]
    [InlineData("00000001" + "61" + "0001" + "0003" + "00")]
    [InlineData("00000000" + "0000" + "0003")]
    public void Lengths_that_do_not_fit_the_data_are_refused(string data) =>
        Assert.False(NbdInfoRequest.TryParse(Convert.FromHexString(data), out _, out _));

    [Fact]
    public void A_wrong_magic_number_is_refused()
    {
        byte[] option = [.. Go];
        option[7] ^= 1;
        Assert.False(NbdOptionHeader.TryParse(option, out _, out _));
        byte[] request = [.. Read];
        request[0] ^= 0x80;
        Assert.False(NbdRequest.TryParse(request, out _, out _));
    }

    [Fact]
    public void The_greeting_is_as_the_protocol_has_it() =>
        AssertWritten("4E42444D41474943" + "49484156454F5054" + "0003",
            NbdHandshakeWriter.WriteGreeting(_buffer, NbdHandshakeFeatures.FixedNewstyle | NbdHandshakeFeatures.NoZeroes));

    [Fact]
    public void Answers_to_options_are_as_the_protocol_has_them()
    {
        AssertWritten("0003E889045565A9" + "00000063" + "80000001" + "00000000",
            NbdHandshakeWriter.WriteReply(_buffer, (NbdOptionCode)99, NbdReplyType.ErrorUnsupported));
        AssertWritten("0003E889045565A9" + "00000006" + "80000006" + "00000002" + "6E6F",
            NbdHandshakeWriter.WriteError(_buffer, NbdOptionCode.Info, NbdReplyType.ErrorUnknown, "no"));
        AssertWritten("0003E889045565A9" + "00000003" + "00000002" + "00000007" + "00000003" + "612F62",
            NbdHandshakeWriter.WriteServer(_buffer, "a/b"u8));
        AssertWritten("0003E889045565A9" + "00000007" + "00000003" + "0000000C" + "0000" + "0000000123456789" + "0003",
            NbdHandshakeWriter.WriteExportInfo(
                _buffer, NbdOptionCode.Go, 0x123456789, NbdExportFeatures.HasFlags | NbdExportFeatures.ReadOnly));
        AssertWritten("0003E889045565A9" + "00000007" + "00000003" + "0000000E" + "0003" + "00000001" + "00001000" + "02000000",
            NbdHandshakeWriter.WriteBlockSizeInfo(_buffer, NbdOptionCode.Go, 1, 4096, 32 << 20));
    }

    [Fact]
    public void The_answer_to_export_name_has_its_zeros_unless_agreed_otherwise()
    {
        AssertWritten("0000000000000800" + "0105",
            NbdHandshakeWriter.WriteExportName(_buffer, 2048, (NbdExportFeatures)0x105, noZeroes: true));
        _buffer.AsSpan().Fill(0xFF);
        AssertWritten("0000000000000800" + "0105" + new string('0', 248),
            NbdHandshakeWriter.WriteExportName(_buffer, 2048, (NbdExportFeatures)0x105, noZeroes: false));
    }

    [Fact]
    public void Replies_are_as_the_protocol_has_them()
    {
        const ulong Cookie = 0x1122334455667788;
        AssertWritten("67446698" + "00000001" + "1122334455667788",
            NbdReplyWriter.WriteSimple(_buffer, Cookie, NbdError.NotPermitted));
        AssertWritten("668E33EF" + "0001" + "0001" + "1122334455667788" + "00008008" + "0000000000000200",
            NbdReplyWriter.WriteData(_buffer, Cookie, 0x200, 0x8000, isLast: true));
        AssertWritten("668E33EF" + "0000" + "0001" + "1122334455667788" + "00008008" + "0000000000000200",
            NbdReplyWriter.WriteData(_buffer, Cookie, 0x200, 0x8000, isLast: false));
        AssertWritten("668E33EF" + "0001" + "0000" + "1122334455667788" + "00000000",
            NbdReplyWriter.WriteEnd(_buffer, Cookie));
        AssertWritten("668E33EF" + "0001" + "8001" + "1122334455667788" + "00000006" + "00000016" + "0000",
            NbdReplyWriter.WriteErrorChunk(_buffer, Cookie, NbdError.Invalid));
    }

    private void AssertWritten(string expected, int length) =>
        Assert.Equal(expected, Convert.ToHexString(_buffer.AsSpan(0, length)));
}
