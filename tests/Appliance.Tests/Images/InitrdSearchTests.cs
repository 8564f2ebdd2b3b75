using System.Text;
using Appliance.Images;
using Appliance.Images.Initrd;

namespace Appliance.Tests.Images;

/// <summary>Names in initial RAM disks as cpio and the compressors make them.</summary>
public sealed class InitrdSearchTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public InitrdSearchTests()
    {
        _folder.Write("early/kernel/x86/microcode/GenuineIntel.bin", new byte[40_000]);
        _folder.Write("main/init", "#!/bin/sh\n");
        _folder.Write("main/usr/sbin/livenetroot", new string('x', 100_000));
        _folder.Write("main/usr/sbin/other", "x");
        Shell("cd early && find . -mindepth 1 | sed 's,^./,,' | cpio -o -H newc --quiet > ../early.cpio");
        Shell("cd main && find . -mindepth 1 | sed 's,^./,,' | cpio -o -H newc --quiet > ../main.cpio");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat main.cpio")]
    [InlineData("gzip -c main.cpio")]
    [InlineData("xz -c --check=crc32 main.cpio")]
    [InlineData("zstd -q -19 -c main.cpio")]
    [InlineData("cat early.cpio; gzip -c main.cpio")]
    [InlineData("cat early.cpio; head -c 3584 /dev/zero; zstd -q -c main.cpio")]
    [InlineData("cat early.cpio early.cpio; xz -c --check=crc32 main.cpio")]
    [InlineData("(cat early.cpio main.cpio) | gzip -c")]
    public void An_entry_is_found_behind_every_compression_and_beside_early_archives(string make)
    {
        Shell($"({make}) > initrd");
        Assert.True(Has("usr/sbin/livenetroot"));
        Assert.False(Has("usr/sbin/livenet"));
    }

    [Theory]
    [InlineData("xz --format=lzma -c main.cpio")]
    [InlineData("cat early.cpio; printf 'no archive at all'")]
    [InlineData("zstd -q -c early.cpio | head -c 60")]
    [InlineData("gzip -c early.cpio | head -c 60")]
    [InlineData("printf x")]
    [InlineData("head -c 2000000 /dev/zero")]
    public void What_cannot_be_read_is_not_judged(string make)
    {
        Shell($"({make}) > initrd");
        Assert.Null(Has("usr/sbin/livenetroot"));
    }

    /// <summary>Every prefix of an archive that is not compressed, and a hundred of one that is: nothing is thrown, nothing found too early.</summary>
    [Fact]
    public void A_RAM_disk_cut_short_anywhere_is_found_in_or_not()
    {
        byte[] plain = [.. File.ReadAllBytes(_folder["main.cpio"]).AsSpan(0, 4000)];
        for (int length = 0; length < plain.Length; length++)
        {
            Assert.NotNull(InitrdSearch.Has(Payload(plain[..length]), static name => name == "none"));
        }

        Shell("gzip -c main.cpio > initrd");
        byte[] packed = File.ReadAllBytes(_folder["initrd"]);
        for (int i = 0; i < 100; i++)
        {
            Assert.NotEqual(true, InitrdSearch.Has(Payload(packed[..(packed.Length * i / 100)]), static name => name == "none"));
        }
    }

    private bool? Has(string path) => InitrdSearch.Has(Payload(File.ReadAllBytes(_folder["initrd"])), name => name == path);

    private static Payload Payload(byte[] bytes) => Appliance.Images.Payload.FromMemory(bytes, DateTimeOffset.UnixEpoch, "");

    private void Shell(string command) => Tool.Run("cpio", "sh", "-c", $"cd {_folder.Path} && {command}");
}
