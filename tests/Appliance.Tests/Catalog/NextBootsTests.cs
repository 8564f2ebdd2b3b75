using System.Net.NetworkInformation;
using Appliance.Catalog;

namespace Appliance.Tests.Catalog;

public sealed class NextBootsTests : IDisposable
{
    private static readonly PhysicalAddress First = PhysicalAddress.Parse("525400000001");
    private static readonly PhysicalAddress Second = PhysicalAddress.Parse("0000000000FE");

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-next-").FullName;
    private readonly MessageLog _log = new();

    private string FilePath => Path.Combine(_folder, NextBoots.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_counts_once_is_taken_once_and_the_rest_each_time()
    {
        using NextBoots boots = Open();
        boots.Set(new NextBoot(First, "rescue", Once: true));
        boots.Set(new NextBoot(Second, "local", Once: false));

        Assert.Equal(("rescue", null), (boots.Take(First), boots.Take(First)));
        Assert.Equal(("local", "local"), (boots.Take(Second), boots.Take(Second)));
        Assert.Null(boots.Take(PhysicalAddress.Parse("525400000002")));
    }

    [Fact]
    public void After_a_restart_what_was_set_is_there_and_what_was_taken_is_not()
    {
        using (NextBoots boots = Open())
        {
            boots.Set(new NextBoot(First, "rescue", Once: true));
            boots.Set(new NextBoot(Second, "other", Once: true));
            boots.Set(new NextBoot(Second, "Größe #1", Once: true));
            boots.Take(First);
        }

        using NextBoots again = Open();

        Assert.Equal(new NextBoot(Second, "Größe #1", Once: true), Assert.Single(again.List()));
    }

    /// <summary>The files as they are while it is open: what a power cut leaves.</summary>
    [Fact]
    public void V_18_a_boot_that_was_taken_is_gone_from_the_files_at_that_moment()
    {
        string copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        using NextBoots boots = Open();
        boots.Set(new NextBoot(First, "install", Once: true));
        boots.Set(new NextBoot(Second, "rescue", Once: true));

        Assert.Equal("install", boots.Take(First));
        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        using NextBoots after = NextBoots.Open(copy, _log);
        Assert.Equal(new NextBoot(Second, "rescue", Once: true), Assert.Single(after.List()));
    }

    [Fact]
    public void What_is_removed_is_not_taken()
    {
        using NextBoots boots = Open();
        boots.Set(new NextBoot(First, "rescue", Once: true));

        Assert.Equal((true, false), (boots.Remove(First), boots.Remove(First)));
        Assert.Null(boots.Take(First));
    }

    [Theory]
    [InlineData("525400000001", 1, true)]
    [InlineData("525400000001", 255, true)]
    [InlineData("525400000001", 0, false)]
    [InlineData("525400000001", 256, false)]
    [InlineData("5254000000", 1, false)]
    public void A_name_has_255_characters_at_most_and_an_address_six_bytes(string mac, int length, bool accepted)
    {
        using NextBoots boots = Open();
        var boot = new NextBoot(PhysicalAddress.Parse(mac), new string('x', length), Once: true);

        Assert.Equal(!accepted, Record.Exception(() => boots.Set(boot)) is ArgumentException);
        Assert.Equal(accepted ? 1 : 0, boots.List().Length);
    }

    [Fact]
    public void More_than_1024_machines_are_refused_with_the_remedy()
    {
        using NextBoots boots = Open();
        for (int machine = 0; machine < NextBoots.MaximumMachines; machine++)
        {
            boots.Set(new NextBoot(new PhysicalAddress([2, 0, 0, 0, (byte)(machine >> 8), (byte)machine]), "local", Once: false));
        }

        Assert.Contains("remove some", Assert.Throws<IOException>(() => boots.Set(new NextBoot(First, "local", Once: true))).Message, StringComparison.Ordinal);
        boots.Remove(new PhysicalAddress([2, 0, 0, 0, 0, 0]));
        boots.Set(new NextBoot(First, "local", Once: true));
    }

    [Fact]
    public void A_damaged_file_is_set_aside()
    {
        File.WriteAllBytes(FilePath, [.. Enumerable.Repeat((byte)0x55, 8192)]);

        using NextBoots boots = Open();
        boots.Set(new NextBoot(First, "rescue", Once: true));

        Assert.True(File.Exists(FilePath + ".damaged"));
        Assert.Contains(_log.Lines, static line => line.Text.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_nothing_can_be_written_setting_fails_with_the_reason_and_taking_gives_nothing()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        using NextBoots boots = NextBoots.Open(Path.Combine(_folder, "file"), _log);

        Assert.Contains("check the disk's space", Assert.Throws<IOException>(() => boots.Set(new NextBoot(First, "rescue", Once: true))).Message, StringComparison.Ordinal);
        Assert.Null(boots.Take(First));
    }

    private NextBoots Open() => NextBoots.Open(_folder, _log);
}
