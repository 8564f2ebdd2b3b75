using System.Text;
using Appliance.Formats.Tftp;
using Appliance.Options;
using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

public class TftpTermsTests
{
    [Fact]
    public void T_05_only_what_was_asked_is_agreed()
    {
        TftpTerms terms = For("octet\0blksize\01468\0", 1000);
        Assert.Equal(new TftpTerms { AgreedBlksize = 1468 }, terms);
        Assert.True(terms.HasOptions);
        Assert.False(For("octet\0", 1000).HasOptions);
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("1432", 1432)]
    [InlineData("1468", 1468)]
    [InlineData("8192", 1468)]
    public void T_06_block_size_never_grows_and_fits_the_wire(string asked, int agreed) =>
        Assert.Equal(agreed, For($"octet\0blksize\0{asked}\0", 1000).Blksize);

    [Theory]
    [InlineData("4", 4)]
    [InlineData("64", 64)]
    [InlineData("65535", 64)]
    public void T_07_window_never_grows_and_has_a_limit(string asked, int agreed) =>
        Assert.Equal(agreed, For($"octet\0windowsize\0{asked}\0", 1000).Windowsize);

    [Fact]
    public void T_07_size_is_told_for_octet_and_not_for_netascii()
    {
        Assert.Equal(5_000_000_000, For("octet\0tsize\00\0", 5_000_000_000).AgreedTsize);
        Assert.Null(For("netascii\0tsize\00\0", 1000).AgreedTsize);
    }

    [Fact]
    public void T_11_a_window_of_large_blocks_is_bounded_in_memory()
    {
        var limits = new TftpOptions { MaxBlksize = 65464, MaxWindowsize = 64 };
        Assert.True(TftpRequest.TryParse(
            Encoding.Latin1.GetBytes("\0\u0001f\0octet\0blksize\065464\0windowsize\064\0"), out TftpRequest request, out _));
        TftpTerms terms = TftpTerms.For(request, 1000, limits);
        Assert.True(terms.Blksize * terms.Windowsize <= TftpTerms.MaxWindowBytes);
    }

    private static TftpTerms For(string rest, long length)
    {
        Assert.True(TftpRequest.TryParse(Encoding.Latin1.GetBytes("\0\u0001f\0" + rest), out TftpRequest request, out _));
        return TftpTerms.For(request, length, new TftpOptions());
    }
}
