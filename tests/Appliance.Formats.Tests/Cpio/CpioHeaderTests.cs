using System.Text;
using Appliance.Formats.Cpio;

namespace Appliance.Formats.Tests.Cpio;

public sealed class CpioHeaderTests
{
    /// <summary>The first entry of what <c>cpio -o -H newc</c> (GNU cpio 2.13) makes of a file "a/b" with five bytes; inode and device are not the disk's.</summary>
    private const string Golden =
        "070701" + "0000002A" + "000081A4" + "00000000" + "00000000" + "00000001" + "00000E10" + "00000005"
        + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" + "a/b\0" + "\0\0";

    [Fact]
    public void A_header_is_these_bytes()
    {
        byte[] bytes = new byte[CpioWriter.HeaderLength("a/b")];
        Assert.Equal(bytes.Length, CpioWriter.WriteHeader(bytes, "a/b", CpioMode.File, 42, 3600, 5));
        Assert.Equal(Golden, Encoding.ASCII.GetString(bytes));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = new byte[200];
        int length = CpioWriter.WriteHeader(bytes, "Größe", CpioMode.Executable, 1, 0, uint.MaxValue);
        Assert.True(CpioHeader.TryParse(bytes, out CpioHeader header, out _));
        Assert.Equal((0x81EDu, uint.MaxValue, 8), (header.Mode, header.FileSize, header.NameLength));
        Assert.Equal(length, CpioHeader.Length + header.PaddedNameLength);
        Assert.Equal(0x1_0000_0000, header.PaddedFileSize);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(4, 0)]
    [InlineData(uint.MaxValue, 1)]
    public void Data_is_padded_to_four_bytes(long length, int zeros) => Assert.Equal(zeros, CpioHeader.Padding(length));

    [Fact]
    public void Every_prefix_of_a_header_is_cut_short()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Golden);
        for (int length = 0; length < CpioHeader.Length; length++)
        {
            Assert.False(CpioHeader.TryParse(bytes.AsSpan(0, length), out _, out string? reason));
            Assert.Equal("the header is cut short", reason);
        }

        Assert.True(CpioHeader.TryParse(bytes.AsSpan(0, CpioHeader.Length), out _, out _));
    }

    [Theory]
    [InlineData(0, "070703", "it does not begin with 070701 or 070702")]
    [InlineData(0, "070707", "it does not begin with 070701 or 070702")]
    [InlineData(54, "0000000g", "a field is no hexadecimal number")]
    [InlineData(54, "+0000005", "a field is no hexadecimal number")]
    [InlineData(94, "00000000", "the name's length is not within 1 and 4096")]
    [InlineData(94, "00001001", "the name's length is not within 1 and 4096")]
    public void What_is_no_header_says_why(int at, string text, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Golden);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(at));
        Assert.False(CpioHeader.TryParse(bytes, out _, out string? reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData(94, "00001000")]
    [InlineData(94, "00000001")]
    [InlineData(0, "070702")]
    public void Limits_of_a_header_are_read(int at, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Golden);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(at));
        Assert.True(CpioHeader.TryParse(bytes, out _, out _));
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData(null)]
    public void A_name_that_no_archive_can_hold_is_refused(string? name)
    {
        name ??= new string('x', CpioHeader.MaxNameLength);
        Assert.Throws<ArgumentException>(() => CpioWriter.WriteHeader(new byte[8192], name, CpioMode.File, 1, 0, 0));
    }
}
