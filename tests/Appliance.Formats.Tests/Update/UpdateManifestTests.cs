using System.Text;
using Appliance.Formats.Update;

namespace Appliance.Formats.Tests.Update;

public sealed class UpdateManifestTests
{
    private static readonly string Digest = new('a', 64);

    private static readonly string Good =
        $"plugboot-update 1\nboard pc\nversion 0.2.0\nfile kernel 6677504 {Digest}\nfile rootfs.squashfs 20545536 {Digest}\n";

    [Fact]
    public void A_manifest_names_board_version_and_files_in_their_order()
    {
        Assert.True(UpdateManifest.TryParse(Encoding.UTF8.GetBytes(Good), out UpdateManifest? manifest, out _));
        Assert.Equal(("pc", "0.2.0"), (manifest!.Board, manifest.Version));
        Assert.Equal(["kernel", "rootfs.squashfs"], manifest.Files.Select(static file => file.Name));
        Assert.Equal(6677504, manifest.Files[0].Length);
    }

    [Theory]
    [InlineData("plugboot-update 1", "plugboot-update 2")]
    [InlineData("board pc\n", "")]
    [InlineData("version 0.2.0\n", "")]
    [InlineData("rootfs.squashfs", "root")]
    [InlineData("file kernel", "file ../kernel")]
    [InlineData("file kernel", "file .kernel")]
    [InlineData("file kernel", "file rootfs.squashfs")]
    [InlineData("6677504", "0")]
    [InlineData("6677504", "-1")]
    [InlineData("6677504", "99999999999999999999")]
    [InlineData("board pc", "board pc\nboard nanopi-neo")]
    [InlineData("board pc", "board pc\nneeds 7")]
    public void An_odd_manifest_is_refused_whole(string part, string odd)
    {
        byte[] text = Encoding.UTF8.GetBytes(Good.Replace(part, odd, StringComparison.Ordinal));
        Assert.False(UpdateManifest.TryParse(text, out _, out string? reason));
        Assert.NotNull(reason);
    }

    [Fact]
    public void A_prefix_is_refused_or_only_lacks_its_last_line_feed()
    {
        byte[] text = Encoding.UTF8.GetBytes(Good);
        for (int length = 0; length < text.Length - 1; length++)
        {
            Assert.False(UpdateManifest.TryParse(text.AsSpan(0, length), out _, out _));
        }
    }
}
