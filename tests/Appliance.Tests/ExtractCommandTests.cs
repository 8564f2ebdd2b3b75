using Appliance.Options;
using Appliance.Tests.Boot;
using Appliance.Tests.Images;

namespace Appliance.Tests;

/// <summary>What the commands on images say and do, on a live image made by xorriso (S104, S110 to S112).</summary>
public sealed class ExtractCommandTests : IDisposable
{
    private static readonly string[] Extracted =
        ["live/filesystem.squashfs", "live/initrd.img", "live/more.squashfs", "live/vmlinuz"];

    private readonly TestFolder _folder = new();

    public ExtractCommandTests()
    {
        _folder.Write("tree/live/vmlinuz", SampleKernels.X64);
        _folder.Write("tree/live/initrd.img", "initrd");
        _folder.Write("tree/live/filesystem.squashfs", "squashfs");
        _folder.Write("tree/live/more.squashfs", "more");
        _folder.Write("tree/pool/package.deb", "left where it is");
        Directory.CreateDirectory(_folder["isos/rescue"]);
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-V", "LIVE", "-o", _folder["isos/rescue/live.iso"], _folder["tree"]);
        _folder.Write("isos/disk.img", "raw");
        foreach (string image in (string[])["isos/rescue/live.iso", "isos/disk.img"])
        {
            File.SetLastWriteTimeUtc(_folder[image], DateTime.UtcNow.AddHours(-1));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kernel_initrd_and_every_file_system_are_extracted_listed_and_removed()
    {
        (int status, string output, string errors) = await ExtractAsync("rescue/live");
        Assert.Equal((0, ""), (status, errors));
        Assert.EndsWith($"rescue/live.iso: extracted 4 files into {_folder["isos/rescue/live"]}\n", output, StringComparison.Ordinal);
        string files = _folder["isos/rescue/live/.extracted/files"];
        Assert.Equal(Extracted, Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(files, path)).Order(StringComparer.Ordinal));
        Assert.Contains($"    extracted into {_folder["isos/rescue/live"]}\n", (await ScanAsync(verify: false)).Output, StringComparison.Ordinal);

        (status, output, _) = await ExtractAsync("rescue/live.iso");
        Assert.Equal((0, "rescue/live.iso: is extracted already\n"), (status, output));
        (status, output, _) = await ExtractAsync("rescue/live", "--remove");
        Assert.Equal((0, "rescue/live.iso: removed what was extracted\n"), (status, output));
        Assert.False(Directory.Exists(_folder["isos/rescue/live"]));
        (_, output, _) = await ExtractAsync("rescue/live", "--remove");
        Assert.Equal("rescue/live.iso: nothing was extracted\n", output);
    }

    [Theory]
    [InlineData("live", "there is no image live in ")]
    [InlineData("disk", "disk.img has no kernel that could be extracted: it is booted as a whole")]
    public async Task What_cannot_be_extracted_is_said(string image, string reason)
    {
        (int status, string output, string errors) = await ExtractAsync(image);
        Assert.Equal((1, ""), (status, output));
        Assert.StartsWith($"plugboot: {reason}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_is_unpacked_and_counted()
    {
        Tool.Run("tar", "tar", "--gzip", "--create", "--file", _folder["netboot.tar.gz"], "--directory", _folder["tree"], "live");
        (int status, string output, string errors) = await ExtractAsync(_folder["netboot.tar.gz"], "--into", _folder["out/netboot"]);
        Assert.Equal((0, ""), (status, errors));
        Assert.EndsWith($"4 files, 2066 bytes, in {_folder["out/netboot"]}\n", output, StringComparison.Ordinal);
        Assert.Equal("initrd", File.ReadAllText(_folder["out/netboot/live/initrd.img"]));
    }

    [Fact]
    public async Task A_scan_says_what_reading_the_images_through_has_shown()
    {
        Assert.DoesNotContain("SHA-256", (await ScanAsync(verify: false)).Output, StringComparison.Ordinal);
        _folder.Write("isos/SHA256SUMS", Tool.Run("coreutils", "sha256sum", _folder["isos/disk.img"]));
        (int status, string output) = await ScanAsync(verify: true);
        Assert.Equal(0, status);
        Assert.Contains(": its SHA-256 is the one in SHA256SUMS\n", output, StringComparison.Ordinal);
        Assert.Contains(": readable; no list beside it names its SHA-256\n", output, StringComparison.Ordinal);
        Assert.Contains("2 images, 0 broken, 0 damaged, in ", output, StringComparison.Ordinal);

        _folder.Write("isos/disk.img", "rot");
        File.SetLastWriteTimeUtc(_folder["isos/disk.img"], DateTime.UtcNow.AddHours(-1));
        (status, output) = await ScanAsync(verify: true);
        Assert.Equal(1, status);
        Assert.Contains(": DAMAGED: its SHA-256 is not the one in SHA256SUMS\n", output, StringComparison.Ordinal);
        Assert.Contains("0 broken, 1 damaged", output, StringComparison.Ordinal);
    }

    private ApplianceOptions Options => new() { Storage = new StorageOptions { Media = _folder.Path } };

    private async Task<(int Status, string Output, string Errors)> ExtractAsync(params string[] arguments)
    {
        CommandLine command = CommandLine.Read(["extract", .. arguments], []);
        Assert.Empty(command.Mistakes);
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        int status = await ExtractCommand.RunAsync(Options, command.Arguments, output, errors);
        return (status, output.ToString(), errors.ToString());
    }

    private async Task<(int Status, string Output)> ScanAsync(bool verify)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (await ScanCommand.RunAsync(Options, verify, output), output.ToString());
    }
}
