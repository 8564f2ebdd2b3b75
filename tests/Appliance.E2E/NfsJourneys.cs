using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>libnfs' tools, unmodified, against the published daemon: the whole tree of an image, and every byte of it.</summary>
[Collection(RigSuite.Name)]
public sealed partial class NfsJourneys(RigFixture rig) : IAsyncLifetime
{
    private const string Image = SampleLibrary.GrubRescue;

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-nfs-").FullName;
    private Daemon _daemon = null!;

    private static string Export { get; } = $"nfs://{Wire.ServerAddress}/boot/{Path.ChangeExtension(Image, null)}";

    /// <summary>The image's tree as xorriso unpacks it.</summary>
    private string Unpacked => Path.Combine(_folder, "unpacked");

    public async Task InitializeAsync()
    {
        await HostCommand.RunAsync(
            "xorriso", "-osirrox", "on:auto_chmod_on", "-indev", SampleLibrary.PathOf(Image), "-extract", "/", Unpacked);
        _daemon = await Daemon.StartAsync(rig.Wire, "nfs");
        await _daemon.Log.WaitForAsync($"Image {Regex.Escape(Image)}", TimeSpan.FromSeconds(15));
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?version=3&nfsport=2049&mountport=2049")]
    public async Task Nfs_ls_lists_the_whole_tree_with_and_without_the_port_mapper(string options)
    {
        string output = await rig.Wire.RunOnClientAsync("nfs-ls", "-R", Export + options);
        IEnumerable<string> listed = Listed().Matches(output).Select(static match =>
            match.Groups["kind"].Value == "-" ? $"{match.Groups["name"].Value} {match.Groups["size"].Value}" : match.Groups["name"].Value);
        Assert.Equal(Expected().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nfs_cp_reads_every_byte_of_every_file()
    {
        string received = Path.Combine(_folder, "received");
        foreach (string file in Directory.EnumerateFiles(Unpacked, "*", SearchOption.AllDirectories))
        {
            File.Delete(received);
            await rig.Wire.RunOnClientAsync("nfs-cp", $"{Export}/{Path.GetRelativePath(Unpacked, file)}", received);
            Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(received));
        }
    }

    [Fact]
    public async Task A_mount_is_one_line_of_the_log_and_a_path_to_nothing_is_refused()
    {
        await rig.Wire.RunOnClientAsync("nfs-ls", Export);
        await _daemon.Log.WaitForAsync($"{Regex.Escape(Wire.ClientAddress)}:[0-9]+ /boot/tools/grub-rescue mounted over TCP", TimeSpan.FromSeconds(5));
        CommandResult refused = await HostCommand.TryRunAsync("ip", "netns", "exec", rig.Wire.Client, "nfs-ls", Export + "-none");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("MNT3ERR_NOENT", refused.Output, StringComparison.Ordinal);
    }

    private IEnumerable<string> Expected() => new DirectoryInfo(Unpacked)
        .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Select(entry => (Path: Path.GetRelativePath(Unpacked, entry.FullName), Entry: entry))
        .Select(static item => item.Entry is FileInfo { LinkTarget: null } file
            ? string.Create(CultureInfo.InvariantCulture, $"{item.Path} {file.Length}")
            : item.Path);

    /// <summary>A line of nfs-ls: mode, links, user, group, size, name.</summary>
    [GeneratedRegex("^(?<kind>.)[-rwxst]{9} +[0-9]+ +[0-9]+ +[0-9]+ +(?<size>[0-9]+) (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Listed();
}
