using System.Text;
using Appliance.Formats.Tftp;

namespace Appliance.Formats.Tests.Tftp;

/// <summary>Golden requests are the bytes that OVMF 2022.11, iPXE, shim and GRUB sent to dnsmasq in QEMU.</summary>
public class TftpRequestTests
{
    private static readonly byte[] OvmfProbe = Bytes("\0\u0001ipxe.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0");
    private static readonly byte[] OvmfFetch = Bytes("\0\u0001ipxe.efi\0octet\0blksize\01468\0windowsize\04\0");
    private static readonly byte[] Ipxe = Bytes("\0\u0001undionly.kpxe\0octet\0blksize\01432\0tsize\00\0");
    private static readonly byte[] Shim = Bytes("\0\u0001grubx64.efi\0octet\0blksize\0512\0windowsize\04\0");
    private static readonly byte[] Grub = Bytes("\0\u0001/grub/grub.cfg\0octet\0blksize\01024\0tsize\00\0");

    public static TheoryData<byte[]> Golden => [OvmfProbe, OvmfFetch, Ipxe, Shim, Grub];

    [Fact]
    public void Ovmf_size_probe_asks_for_size_block_size_and_window()
    {
        Assert.True(TftpRequest.TryParse(OvmfProbe, out TftpRequest request, out string? reason));

        Assert.Null(reason);
        Assert.False(request.IsWrite);
        Assert.Equal("ipxe.efi", Encoding.ASCII.GetString(request.FileName));
        Assert.Equal(TftpMode.Octet, request.Mode);
        Assert.Equal(1468, request.Blksize);
        Assert.Equal(0, request.Tsize);
        Assert.Equal(4, request.Windowsize);
        Assert.Null(request.TimeoutSeconds);
    }

    [Fact]
    public void Ipxe_asks_no_window()
    {
        Assert.True(TftpRequest.TryParse(Ipxe, out TftpRequest request, out _));

        Assert.Equal(1432, request.Blksize);
        Assert.Equal(0, request.Tsize);
        Assert.Null(request.Windowsize);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Every_prefix_is_parsed_or_refused_with_a_reason(byte[] datagram)
    {
        for (int length = 0; length <= datagram.Length; length++)
        {
            bool parsed = TftpRequest.TryParse(datagram.AsSpan(0, length), out _, out string? reason);
            Assert.Equal(parsed, reason is null);
        }
    }

    [Theory]
    [InlineData("OCTET", TftpMode.Octet)]
    [InlineData("NetASCII", TftpMode.Netascii)]
    [InlineData("mail", TftpMode.Mail)]
    [InlineData("binary", TftpMode.Unknown)]
    [InlineData("", TftpMode.Unknown)]
    public void T_01_mode_is_read_in_any_case(string mode, TftpMode expected)
    {
        Assert.True(TftpRequest.TryParse(Bytes($"\0\u0001f\0{mode}\0"), out TftpRequest request, out _));
        Assert.Equal(expected, request.Mode);
    }

    [Fact]
    public void T_05_option_names_are_read_in_any_case_and_unknown_options_are_skipped()
    {
        Assert.True(TftpRequest.TryParse(Bytes("\0\u0001f\0octet\0BlkSize\01400\0multicast\0\0TIMEOUT\07\0"), out TftpRequest request, out _));
        Assert.Equal(1400, request.Blksize);
        Assert.Equal(7, request.TimeoutSeconds);
    }

    [Fact]
    public void T_05_of_an_option_that_is_given_twice_the_first_counts()
    {
        Assert.True(TftpRequest.TryParse(Bytes("\0\u0001f\0octet\0blksize\01400\0blksize\0512\0"), out TftpRequest request, out _));
        Assert.Equal(1400, request.Blksize);
    }

    [Theory]
    [InlineData("8", 8)]
    [InlineData("65464", 65464)]
    [InlineData("01468", 1468)]
    [InlineData("7", null)]
    [InlineData("65465", null)]
    [InlineData("", null)]
    [InlineData("-1", null)]
    [InlineData("+8", null)]
    [InlineData(" 8", null)]
    [InlineData("0x200", null)]
    [InlineData("99999999999999999999", null)]
    public void T_06_block_size_is_read_when_it_is_one(string value, int? expected)
    {
        Assert.True(TftpRequest.TryParse(Bytes($"\0\u0001f\0octet\0blksize\0{value}\0"), out TftpRequest request, out _));
        Assert.Equal(expected, request.Blksize);
    }

    [Theory]
    [InlineData("timeout", "1", 1)]
    [InlineData("timeout", "255", 255)]
    [InlineData("timeout", "0", null)]
    [InlineData("timeout", "256", null)]
    [InlineData("windowsize", "1", 1)]
    [InlineData("windowsize", "65535", 65535)]
    [InlineData("windowsize", "0", null)]
    [InlineData("windowsize", "65536", null)]
    public void T_07_timeout_and_window_are_read_when_they_are_ones(string name, string value, int? expected)
    {
        Assert.True(TftpRequest.TryParse(Bytes($"\0\u0001f\0octet\0{name}\0{value}\0"), out TftpRequest request, out _));
        Assert.Equal(expected, name == "timeout" ? request.TimeoutSeconds : request.Windowsize);
    }

    [Fact]
    public void Write_request_is_told_apart()
    {
        Assert.True(TftpRequest.TryParse(Bytes("\0\u0002f\0octet\0"), out TftpRequest request, out _));
        Assert.True(request.IsWrite);
    }

    [Theory]
    [InlineData("\0\u0003f\0octet\0")]
    [InlineData("\u0001\u0001f\0octet\0")]
    [InlineData("\0\u0001file")]
    [InlineData("\0\u0001file\0octet")]
    [InlineData("\0")]
    [InlineData("")]
    public void What_is_no_request_is_refused(string datagram)
    {
        Assert.False(TftpRequest.TryParse(Bytes(datagram), out _, out string? reason));
        Assert.NotNull(reason);
    }

    [Fact]
    public void Twenty_thousand_mutated_requests_are_parsed_or_refused()
    {
        var random = new Random(20260101);
        byte[][] seeds = [OvmfProbe, OvmfFetch, Ipxe, Shim, Grub];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = Mutate(random, seeds[i % seeds.Length]);
            if (TftpRequest.TryParse(datagram, out TftpRequest request, out _))
            {
                Assert.InRange(request.Blksize ?? 512, TftpRequest.MinBlksize, TftpRequest.MaxBlksize);
                Assert.InRange(request.Windowsize ?? 1, 1, ushort.MaxValue);
                Assert.InRange(request.TimeoutSeconds ?? 1, 1, TftpRequest.MaxTimeoutSeconds);
                Assert.True((request.Tsize ?? 0) >= 0);
                Assert.True(request.FileName.IndexOf((byte)0) < 0);
            }
        }
    }

    private static byte[] Mutate(Random random, byte[] seed)
    {
        byte[] datagram = seed.AsSpan(0, random.Next(4) == 0 ? random.Next(seed.Length) : seed.Length).ToArray();
        for (int flips = random.Next(8); flips > 0 && datagram.Length > 0; flips--)
        {
            datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
        }

        return datagram;
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
