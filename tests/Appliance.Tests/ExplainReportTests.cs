using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Boot;
using Appliance.Tests.Boot.Profiles;
using Appliance.Tests.Images;

namespace Appliance.Tests;

public sealed class ExplainReportTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ubuntu-24.04-desktop")]
    [InlineData("windows-11-x64")]
    public void The_report_of_an_image_is_this(string name)
    {
        var services = new BootServices("http://192.168.100.1") { OwnLoaders = "/srv/plugboot/loaders" };
        LibraryImage image = TreeImage.Read(name).Build(_folder, sizes: new Dictionary<string, long> { ["/"] = 6_000_000_000 });
        var output = new StringWriter();
        ExplainReport.Print(ExplainReport.Write(image, new BootPlanner(services, SampleProfiles.Shipped).Plan(image), services, RefusesAll), output);
        TestData.AssertGolden($"tests/testdata/plans/{name}.explain.txt", output.ToString());
    }

    [Fact]
    public async Task One_image_is_explained_wherever_it_lies_and_a_broken_one_says_why()
    {
        string path = Path.Combine(_folder.Path, "memtest86plus-6.10-x64.iso");
        TreeImage.Read("memtest86plus-6.10-x64").Build(_folder);
        var options = new ApplianceOptions { Storage = new StorageOptions { Media = _folder.Path } };
        var output = new StringWriter();
        Assert.Equal(0, await ScanCommand.ExplainAsync(path, options, output));
        Assert.Contains("memtest86plus-6.10-x64.iso: memtest86+\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  UEFI arm64: not here: it has nothing for a 64-bit ARM machine\n", output.ToString(), StringComparison.Ordinal);

        Assert.Contains("  UEFI x64, Secure Boot: not here: Secure Boot accepts nothing in it", output.ToString(), StringComparison.Ordinal);

        string broken = _folder.Write("broken.iso", "no disc");
        Assert.Equal(1, await ScanCommand.ExplainAsync(broken, options, output));
        Assert.Contains("broken.iso: broken: ", output.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<Appliance.Status.StartException>(() => ScanCommand.ExplainAsync(_folder["gone.iso"], options, output));
    }

    /// <summary>As a box without a shim.</summary>
    private static string? RefusesAll(BootLine line) => "no shim";

    [Fact]
    public void Scan_takes_the_image_to_explain_and_other_commands_do_not()
    {
        CommandLine command = CommandLine.Read(["scan", "--explain", "a.iso", "--media", "/x"], []);
        Assert.Empty(command.Mistakes);
        Assert.Equal(("scan", "a.iso", "/x"), (command.Verb, command.Explain, command.Options.Storage.Media));
        Assert.NotEmpty(CommandLine.Read(["serve", "--explain", "a.iso"], []).Mistakes);
    }
}
