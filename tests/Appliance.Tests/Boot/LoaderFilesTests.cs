using System.Text;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Tests.Boot;

public sealed class LoaderFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("plugboot-loaders-").FullName;

    [Fact]
    public void A_folder_of_the_owners_own_wins_over_the_shipped_one()
    {
        LoaderFiles loaders = Make(("shipped/undionly.kpxe", "old"), ("shipped/snponly.efi", "old"), ("media/loaders/undionly.kpxe", "own"));
        Assert.Equal("own", Read(loaders, "/undionly.kpxe"));
        Assert.Equal("old", Read(loaders, "/snponly.efi"));
        Assert.True(loaders.Contains("undionly.kpxe"));
    }

    [Fact]
    public void T_10_names_are_found_in_any_case_and_in_folders() =>
        Assert.Equal("x", Read(Make(("shipped/grub/x86_64-efi/Command.lst", "x")), "/GRUB/x86_64-efi/command.lst"));

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/shipped/../../secret")]
    [InlineData("secret")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/.hidden")]
    [InlineData("/folder")]
    public void V_03_what_is_not_in_the_table_is_not_there(string name)
    {
        LoaderFiles loaders = Make(("shipped/a", "x"), ("shipped/.hidden", "x"), ("shipped/folder/b", "x"), ("secret", "x"));
        Assert.Null(loaders.TryOpen(name));
    }

    [Fact]
    public void A_file_removed_since_the_folder_was_looked_at_is_not_there()
    {
        LoaderFiles loaders = Make(("shipped/a", "x"));
        File.Delete(Path.Combine(_root, "shipped/a"));
        Assert.Null(loaders.TryOpen("/a"));
        Directory.Delete(Path.Combine(_root, "shipped"));
        Assert.Null(loaders.TryOpen("/a"));
        loaders.Refresh();
        Assert.Empty(loaders.Names);
    }

    [Fact]
    public void The_names_in_a_shim_are_those_that_it_trusts_until_another_takes_its_place()
    {
        LoaderFiles loaders = Make(("shipped/shimx64.efi", "..\u0006\u0003U\u0004\u0003\u0013\u0003one.."), ("shipped/other.efi", "\u0006\u0003U\u0004\u0003\u0013\u0003not"));
        Assert.Equal(["one"], loaders.TrustedSigners);
        System.Collections.Frozen.FrozenSet<string> before = loaders.TrustedSigners;
        loaders.Refresh();
        Assert.Same(before, loaders.TrustedSigners);
        Make(("media/loaders/shimx64.efi", "\u0006\u0003U\u0004\u0003\u0013\u0005three"));
        loaders.Refresh();
        Assert.Equal(["three"], loaders.TrustedSigners);
        File.Delete(Path.Combine(_root, "media/loaders/shimx64.efi"));
        File.Delete(Path.Combine(_root, "shipped/shimx64.efi"));
        loaders.Refresh();
        Assert.Empty(loaders.TrustedSigners);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private LoaderFiles Make(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files)
        {
            string full = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }

        var loaders = new LoaderFiles(new StorageOptions { Loaders = Path.Combine(_root, "shipped"), Media = Path.Combine(_root, "media") });
        loaders.Refresh();
        return loaders;
    }

    private static string? Read(LoaderFiles loaders, string name)
    {
        using Payload? payload = loaders.TryOpen(name);
        byte[] bytes = new byte[payload?.Length ?? 0];
        payload?.Read(0, bytes);
        return payload is null ? null : Encoding.UTF8.GetString(bytes);
    }
}
