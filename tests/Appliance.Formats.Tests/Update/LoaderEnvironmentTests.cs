using System.Text;
using Appliance.Formats.Update;

namespace Appliance.Formats.Tests.Update;

public sealed class LoaderEnvironmentTests
{
    /// <summary>Of "mkenvimage -s 64 -p 0" (u-boot-tools 2023.01) for the lines slot=a and try=b.</summary>
    private const string FromMkenvimage = "724F02AD736C6F743D61007472793D62";

    private static readonly SortedDictionary<string, string> Sample = new(StringComparer.Ordinal) { ["slot"] = "a", ["start"] = @"echo ""\a"" x=1" };

    [Fact]
    public void What_grub_is_given_is_read_back()
    {
        byte[] block = GrubEnvironmentBlock.Write(Sample);
        Assert.Equal(GrubEnvironmentBlock.Length, block.Length);
        Assert.True(GrubEnvironmentBlock.TryParse(block, out SortedDictionary<string, string> variables, out _));
        Assert.Equal(Sample, variables);
    }

    [Fact]
    public void What_u_boot_is_given_is_read_back()
    {
        byte[] environment = UBootEnvironment.Write(Sample, 4096);
        Assert.Equal(4096, environment.Length);
        Assert.True(UBootEnvironment.TryParse(environment, out SortedDictionary<string, string> variables, out _));
        Assert.Equal(Sample, variables);
    }

    [Fact]
    public void An_environment_is_byte_for_byte_what_u_boots_own_tool_writes()
    {
        byte[] ours = UBootEnvironment.Write(new SortedDictionary<string, string>(StringComparer.Ordinal) { ["slot"] = "a", ["try"] = "b" }, 64);
        Assert.Equal(FromMkenvimage, Convert.ToHexString(ours.AsSpan(0, FromMkenvimage.Length / 2)));
        Assert.All(ours.AsSpan(FromMkenvimage.Length / 2).ToArray(), static filling => Assert.Equal(0, filling));
    }

    [Fact]
    public void Every_flipped_byte_of_an_environment_is_noticed()
    {
        byte[] environment = UBootEnvironment.Write(Sample, 256);
        for (int i = 0; i < environment.Length; i++)
        {
            byte[] damaged = [.. environment];
            damaged[i] ^= 0x10;
            Assert.False(UBootEnvironment.TryParse(damaged, out _, out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Fact]
    public void Every_prefix_of_a_grub_block_is_refused()
    {
        byte[] block = GrubEnvironmentBlock.Write(Sample);
        for (int length = 0; length < block.Length; length++)
        {
            Assert.False(GrubEnvironmentBlock.TryParse(block.AsSpan(0, length), out _, out _));
        }
    }

    [Theory]
    [InlineData(990, true)]
    [InlineData(996, true)]
    [InlineData(997, false)]
    public void A_grub_block_holds_what_fits_into_1024_bytes(int valueLength, bool fits)
    {
        // 25 bytes of signature, "x=", the line feed
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["x"] = new string('v', valueLength) };
        Assert.Equal(fits, Record.Exception(() => GrubEnvironmentBlock.Write(variables)) is null);
    }

    [Fact]
    public void The_filling_of_a_grub_block_is_no_variable()
    {
        byte[] block = Encoding.ASCII.GetBytes(("# GRUB Environment Block\nslot=a\n").PadRight(1024, '#'));
        Assert.True(GrubEnvironmentBlock.TryParse(block, out SortedDictionary<string, string> variables, out _));
        Assert.Equal(["slot"], variables.Keys);
    }
}
