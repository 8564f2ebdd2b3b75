using System.Net.NetworkInformation;
using Appliance.Catalog;
using Appliance.Interop;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging;

namespace Appliance.Tests.Catalog;

/// <summary>The catalog on a real disk: conformance V-18.</summary>
public sealed class CatalogTests : IDisposable
{
    private static readonly ImageRecord Image = new("linux/a.iso")
    {
        Name = "A",
        Description = "'; DROP TABLE image; --",
        Enabled = false,
        Public = false,
        Group = "x/y",
        Order = -3,
        BootMethod = BootMethods.Nfs,
        Parameters = "a b",
        Source = "http://a/b",
    };

    private readonly TestFolder _folder = new();
    private readonly MessageLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_said_is_there_after_a_restart()
    {
        var client = new ClientRecord("52:54:00:12:34:56") { Name = "PC", Enabled = false, ShowPublic = false, Images = ["a.iso", "b c.iso"] };
        using (CatalogDatabase catalog = Open())
        {
            var table = new MenuTable(catalog);
            table.Put(Image);
            table.Put(new ImageRecord("plain.iso"));
            table.Put(new GroupRecord("x/y", null, 4, false));
            table.Put(client);
            table.Put(new MenuSettings("T", TimeSpan.FromSeconds(7), null));
        }

        using CatalogDatabase again = Open();
        MenuRecords read = new MenuTable(again).Current;
        Assert.False(again.IsFirst);
        Assert.Equal(Image, read.Image("linux/a.iso"));
        Assert.Equal(new ImageRecord("plain.iso"), read.Image("plain.iso"));
        Assert.Equal(new GroupRecord("x/y", null, 4, false), read.Groups["X/Y"]);
        ClientRecord same = read.Clients["52:54:00:12:34:56"];
        Assert.Equal(client.Images.AsEnumerable(), same.Images);
        Assert.Equal(client, same with { Images = client.Images });
        Assert.Equal(new MenuSettings("T", TimeSpan.FromSeconds(7), null), read.Settings);
    }

    [Fact]
    public void V_18_what_was_said_is_in_the_files_at_that_moment()
    {
        using CatalogDatabase catalog = Open();
        var table = new MenuTable(catalog);
        for (int i = 0; i < 50; i++)
        {
            table.Put(Image with { Order = i });
            string copy = _folder[$"copy-{i}"];
            Directory.CreateDirectory(copy);
            foreach (string file in Directory.GetFiles(_folder["state"]))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            using CatalogDatabase after = CatalogDatabase.Open(copy, _log);
            Assert.Equal(i, new MenuTable(after).Current.Image(Image.Path).Order);
        }
    }

    [Fact]
    public void Forgetting_an_image_takes_it_from_the_clients_lists_too()
    {
        using CatalogDatabase catalog = Open();
        var table = new MenuTable(catalog);
        table.Put(Image);
        table.Put(new ClientRecord("a") { Images = [Image.Path, "b.iso"] });
        table.DeleteImage(Image.Path);
        MenuRecords read = new MenuTable(catalog).Current;
        Assert.Empty(read.Images);
        Assert.Equal("b.iso", Assert.Single(read.Clients["a"].Images));
    }

    [Fact]
    public void A_catalog_of_version_1_is_brought_to_the_present_one_in_place()
    {
        Directory.CreateDirectory(_folder["state"]);
        using (SqliteDatabase first = DurableDatabase.Open(_folder["state/catalog.db"], "catalog.sql"))
        {
            Assert.Equal("1", first.QueryText("PRAGMA user_version"));
            first.Execute("INSERT INTO client VALUES ('52:54:00:12:34:56', 'PC', '', 1, 1, 'a.iso')");
        }

        var answer = new AnswerRecord("web", "preseed") { Content = "x\n", Description = "d", Images = ["a.iso", "b c.iso"], Clients = ["m"], Groups = ["Room"] };
        var group = new ClientGroupRecord("Room") { Description = "d", Members = ["m"], Images = ["a.iso"] };
        using (CatalogDatabase catalog = Open())
        {
            var table = new MenuTable(catalog);
            Assert.Equal("PC", table.Current.Clients["52:54:00:12:34:56"].Name);
            table.Put(answer);
            table.Put(group);
        }

        using CatalogDatabase again = Open();
        MenuRecords read = new MenuTable(again).Current;
        AnswerRecord same = read.Answers["web"];
        Assert.Equal(answer.Images.AsEnumerable(), same.Images);
        Assert.Equal(answer.Clients.AsEnumerable(), same.Clients);
        Assert.Equal(answer.Groups.AsEnumerable(), same.Groups);
        Assert.Equal(answer, same with { Images = answer.Images, Clients = answer.Clients, Groups = answer.Groups });
        Assert.Equal(group.Members.AsEnumerable(), read.ClientGroups["ROOM"].Members);
        Assert.Equal(group.Images.AsEnumerable(), read.ClientGroups["room"].Images);
        Assert.False(File.Exists(_folder["state/catalog.db.damaged"]));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void V_18_a_damaged_file_is_set_aside_and_said()
    {
        _folder.Write("state/catalog.db", new string('?', 8192));
        using CatalogDatabase catalog = Open();
        Assert.False(catalog.IsFirst);
        Assert.Empty(new MenuTable(catalog).Current.Images);
        Assert.True(File.Exists(_folder["state/catalog.db.damaged"]));
        Assert.Contains(_log.Lines, static line => line.Level == LogLevel.Warning && line.Text.Contains("starts afresh", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_an_error_with_its_name()
    {
        _folder.Write("state", "a file");
        IOException failure = Assert.Throws<IOException>(Open);
        Assert.Contains(_folder["state"], failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, true)]
    [InlineData(true, true, false)]
    public void A_client_sees_public_images_and_its_own(bool isPublic, bool isOwn, bool enabled)
    {
        ImageRecord image = new("a.iso") { Public = isPublic, Enabled = enabled };
        var client = new ClientRecord("m") { Images = isOwn ? ["a.iso"] : [] };
        Assert.Equal(enabled && (isPublic || isOwn), MenuRecords.Shows(image, client));
        Assert.Equal(enabled && isPublic, MenuRecords.Shows(image, null));
        Assert.False(MenuRecords.Shows(image, client with { Enabled = false }));
        Assert.Equal(enabled && isOwn, MenuRecords.Shows(image, client with { ShowPublic = false }));
    }

    [Fact]
    public void A_client_of_whom_nothing_special_was_said_is_nobody_in_particular()
    {
        PhysicalAddress address = PhysicalAddress.Parse("525400123456");
        var records = MenuRecords.Empty;
        Assert.Null(records.Particular(address));
        var named = new ClientRecord(ClientRecord.MacOf(address)) { Name = "PC" };
        Assert.Null((records with { Clients = records.Clients.SetItem(named.Mac, named) }).Particular(address));
        ClientRecord own = named with { Images = ["a.iso"] };
        Assert.Equal(own, (records with { Clients = records.Clients.SetItem(named.Mac, own) }).Particular(address));
    }

    private CatalogDatabase Open() => CatalogDatabase.Open(_folder["state"], _log);
}
