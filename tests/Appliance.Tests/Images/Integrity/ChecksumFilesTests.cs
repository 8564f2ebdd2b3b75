using Appliance.Formats.Checksums;
using Appliance.Images;
using Appliance.Images.Integrity;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Images.Integrity;

/// <summary>Which lists count, and that none of them does harm.</summary>
public sealed class ChecksumFilesTests : IDisposable
{
    private const string Sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    private readonly TestFolder _media = new();

    public ChecksumFilesTests() => Put("isos/group/a.img", "image");

    public void Dispose() => _media.Dispose();

    [Fact]
    public async Task The_images_own_list_comes_before_the_folders()
    {
        Put("isos/group/SHA256SUMS", $"{Other}  a.img\n");
        Put("isos/group/a.img.sha256", Sum);
        ExpectedSum? expected = await FindAsync();
        Assert.Equal(("a.img.sha256", Sum), (expected!.Value.ListName, Assert.Single(expected.Value.Sums)));
    }

    [Fact]
    public async Task A_list_in_another_folder_or_for_another_image_does_not_count()
    {
        Put("isos/SHA256SUMS", $"{Sum}  a.img\n{Sum}  group/a.img\n");
        Put("isos/group/SHA256SUMS", $"{Sum}  b.img\n{Sum}\n");
        Put("isos/group/b.img.sha256", Sum);
        Put("isos/group/notes.txt", $"{Sum}  a.img\n");
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task A_name_with_folders_counts_by_its_last_part()
    {
        Put("isos/group/SHA256SUMS", $"{Sum}  ../../etc/a.img\n");
        Assert.Equal(Sum, Assert.Single((await FindAsync())!.Value.Sums));
    }

    [Fact]
    public async Task A_list_may_be_as_long_as_its_limit_and_a_longer_one_is_passed_over_unread()
    {
        string list = $"{Sum}  a.img\n";
        Put("isos/group/SHA256SUMS", list + new string('#', ChecksumList.MaxLength - list.Length));
        Assert.NotNull(await FindAsync());
        File.AppendAllText(_media["isos/group/SHA256SUMS"], "#");
        Assert.Null(await FindAsync());
        using (FileStream huge = File.OpenWrite(_media["isos/group/SHA256SUMS"]))
        {
            huge.SetLength(1L << 30);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Null(await FindAsync());
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16 << 20);
    }

    [Fact]
    public async Task A_pipe_a_folder_a_dead_link_and_garbage_are_passed_over()
    {
        Tool.Run("coreutils", "mkfifo", _media["isos/group/SHA256SUM"]);
        Directory.CreateDirectory(_media["isos/group/CHECKSUM"]);
        File.CreateSymbolicLink(_media["isos/group/x-CHECKSUM"], "x-CHECKSUM");
        byte[] garbage = new byte[100_000];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes(_media["isos/group/CHECKSUMS"], garbage);
        Put("isos/group/SHA256SUMS", $"{Sum}  a.img");
        Assert.Equal("SHA256SUMS", (await FindAsync())!.Value.ListName);
    }

    [Fact]
    public async Task A_lists_name_cannot_forge_a_line()
    {
        Put("isos/group/\u001b[31m\n-CHECKSUM", $"{Sum}  a.img");
        Assert.DoesNotContain((await FindAsync())!.Value.ListName, char.IsControl);
    }

    private async Task<ExpectedSum?> FindAsync()
    {
        using var library = new ImageLibrary(new StorageOptions { Media = _media.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        return new ChecksumFiles().Find(library.Current.Images).TryGetValue(Assert.Single(library.Current.Images), out ExpectedSum sum) ? sum : null;
    }

    private void Put(string path, string content)
    {
        _media.Write(path, content);
        File.SetLastWriteTimeUtc(_media[path], DateTime.UtcNow.AddHours(-1));
    }
}
