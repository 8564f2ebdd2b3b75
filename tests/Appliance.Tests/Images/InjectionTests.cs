using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Appliance.Images;
using Appliance.Images.Injection;

namespace Appliance.Tests.Images;

/// <summary>The owner's files as an archive that cpio itself reads.</summary>
public sealed partial class InjectionTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Injections _injections;

    public InjectionTests() => _injections = new Injections(_folder["inject"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_cpio_lists_and_unpacks_is_what_lies_in_the_folder()
    {
        Write("etc/motd", "hello\n");
        Write("scripts/init-premount/own", "#!/bin/sh\nexit 0\n");
        Write("bin/tool", "\x7f" + "ELF and more");
        Write("empty", "");
        Write("a b/größe", new string('x', 300_001));
        string archive = Save();

        Assert.Equal(
            """
            drwxr-xr-x a b
            -rw-r--r-- a b/größe
            -rwxr-xr-x bin/tool
            -rw-r--r-- empty
            drwxr-xr-x etc
            -rw-r--r-- etc/motd
            drwxr-xr-x scripts
            drwxr-xr-x scripts/init-premount
            -rwxr-xr-x scripts/init-premount/own
            """,
            string.Join('\n', Shell($"cpio -itv --quiet < {archive}").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => $"{line[..10]} {NameInList().Match(line).Groups[1]}")));
        Shell($"mkdir {_folder["out"]} {_folder["out/bin"]} && cd {_folder["out"]} && cpio -i --quiet < {archive}");
        foreach (string path in new[] { "etc/motd", "scripts/init-premount/own", "bin/tool", "empty", "a b/größe" })
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"inject/linux/disc.iso/{path}"]), File.ReadAllBytes(_folder[$"out/{path}"]));
        }
    }

    /// <summary>Linux replaces a link by a folder of its name, and <c>/bin</c> is a link in most RAM file systems of today.</summary>
    [Theory]
    [InlineData("bin/x", new[] { "bin/x" })]
    [InlineData("usr/lib/x/y", new[] { "usr", "usr/lib/x", "usr/lib/x/y" })]
    [InlineData("lib/modules/x", new[] { "lib/modules", "lib/modules/x" })]
    public void Folders_that_may_be_links_are_left_to_the_image(string path, string[] expected)
    {
        Write(path, "x");
        Assert.Equal(expected, Shell($"cpio -it --quiet < {Save()}").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Every_range_is_the_same_bytes_and_the_same_files_have_the_same_tag()
    {
        Write("a", "12345");
        Write("b", "#!x");
        _injections.Refresh();
        using Payload whole = Open();
        byte[] all = new byte[whole.Length];
        Assert.Equal(all.Length, whole.Read(0, all));
        Assert.Equal(0, all.Length % 4);
        for (int offset = 0; offset < all.Length; offset++)
        {
            byte[] rest = new byte[all.Length - offset];
            Assert.Equal(rest.Length, whole.Read(offset, rest));
            Assert.Equal(all[offset..], rest);
        }

        using Payload again = Open();
        Assert.Equal(whole.ETag, again.ETag);
        File.SetLastWriteTimeUtc(_folder["inject/linux/disc.iso/a"], DateTime.UnixEpoch);
        Assert.True(_injections.Refresh());
        using Payload changed = Open();
        Assert.NotEqual(whole.ETag, changed.ETag);
    }

    [Fact]
    public void Links_hidden_files_and_what_lies_beside_images_is_not_injected()
    {
        Write("good", "x");
        Write(".hidden", "x");
        _folder.Write("inject/stray", "x");
        _folder.Write("inject/other.iso", "a file where a folder should be");
        File.CreateSymbolicLink(_folder["inject/linux/disc.iso/link"], "/etc/passwd");
        Directory.CreateSymbolicLink(_folder["inject/linux/disc.iso/folder"], "/etc");
        _injections.Refresh();
        Assert.Equal("good", Assert.Single(_injections.Of(Image("linux/disc.iso")).Files).Path);
        Assert.Empty(_injections.Of(Image("other.iso")).Files);
        Assert.Null(_injections.OpenArchive(Image("other.iso")));
        Assert.Null(_injections.OpenFile(Image("linux/disc.iso"), "link"));
        Assert.Null(_injections.OpenFile(Image("linux/disc.iso"), "../disc.iso/good"));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_sent_is_an_error_and_no_mixture()
    {
        Write("a", "12345");
        _injections.Refresh();
        using Payload payload = Open();
        Write("a", "123456");
        IOException failure = Assert.Throws<IOException>(() => payload.Read(0, new byte[payload.Length]));
        Assert.Contains("was changed while it was sent", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Injections.MaxFiles, 1, null)]
    [InlineData(Injections.MaxFiles + 1, 1, "more than 1000 files are to be injected: put them into one archive")]
    [InlineData(1, Injections.MaxLength, null)]
    [InlineData(1, Injections.MaxLength + 1, "more than 512 MiB are to be injected: leave some out")]
    public void An_injection_has_limits_and_says_which(int files, long length, string? problem)
    {
        for (int i = 0; i < files; i++)
        {
            using FileStream file = File.Create(Write($"f{i}", ""));
            file.SetLength(length);
        }

        _injections.Refresh();
        ImageInjection injection = _injections.Of(Image("linux/disc.iso"));
        Assert.Equal(problem, injection.Problem);
        Assert.Equal(problem is null ? files : 0, injection.Files.Length);
    }

    [Fact]
    public void The_folder_is_looked_at_anew_and_may_be_missing()
    {
        Assert.False(_injections.Refresh());
        Write("a", "x");
        Assert.True(_injections.Refresh());
        Assert.False(_injections.Refresh());
        Directory.Delete(_folder["inject"], recursive: true);
        Assert.True(_injections.Refresh());
        Assert.Empty(_injections.Of(Image("linux/disc.iso")).Files);
    }

    private string Write(string path, string content) => _folder.Write("inject/linux/disc.iso/" + path, content);

    private Payload Open() => _injections.OpenArchive(Image("LINUX/disc.iso"))!;

    private string Save()
    {
        _injections.Refresh();
        using Payload payload = Open();
        byte[] bytes = new byte[payload.Length];
        Assert.Equal(bytes.Length, payload.Read(0, bytes));
        return _folder.Write("archive.cpio", bytes);
    }

    private LibraryImage Image(string path)
    {
        string file = _folder.Write("images/" + path, RandomNumberGenerator.GetBytes(8));
        Assert.True(FileIdentity.TryGet(file, out FileIdentity identity));
        return new LibraryImage(
            new ListedImage(new ListedFile(path, file, identity), "", []), path, new ImageContent(null, "no image"), Appliance.Images.Integrity.ImageIntegrity.Unknown);
    }

    /// <summary>What stands behind the time, or behind the year where that is long ago.</summary>
    [GeneratedRegex(@" [0-9]{1,2} +[0-9][0-9:]{3,4} (.*)$")]
    private static partial Regex NameInList();

    private static string Shell(string command) => Tool.Run("cpio", "sh", "-c", command);
}
