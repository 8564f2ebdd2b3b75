using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Admin.Accounts;
using Appliance.Catalog;

namespace Appliance.Tests.Admin;

/// <summary>The founding documents' curl lines, as they stand there: features S19, S94, S96, S97, S101, S105, S121, S149.</summary>
public sealed class FoundingCallsTests : IAsyncLifetime
{
    private const string Server = "ubuntu-24.04-live-server-amd64.iso";
    private const string Netinst = "debian-13.2.0-amd64-netinst.iso";

    private FileServer _mirror = null!;
    private AdminBox _box = null!;

    public async Task InitializeAsync()
    {
        _mirror = FileServer.Start();
        _box = await AdminBox.StartAsync(options => options with { Admin = options.Admin with { DebianMirror = _mirror.Url("/debian") } });
        _box.Plane.SignIn.Put(accounts => accounts["admin"] with { Password = PasswordHash.Make("password", 1000) });
        _box.AdminPassword = "password";
        await _box.AddImageAsync("ubuntu-24.04-desktop", "ubuntu-24.04.iso");
        await _box.AddImageAsync("debian-12.7.0-netinst", Netinst);
        await _box.AddImageAsync("ubuntu-24.04-live-server", Server);
        File.Move(Path.Combine(_box.Isos, Server), Path.Combine(_box.Home, Server));
        await _box.Library.ScanAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _box.DisposeAsync();
        await _mirror.DisposeAsync();
    }

    [Fact]
    public async Task The_founding_calls_pass_as_they_are_written()
    {
        MirrorNetboot();
        Assert.Equal("memdisk", Field(Run("boot-method"), "boot_method"));

        Run("download");
        Assert.Contains(Server, Run("progress"), StringComparison.Ordinal);
        Assert.Equal(200, (await _box.SendAsync("DELETE", $"/api/downloads?filename={Server}")).Status);

        Assert.Equal("Ubuntu 24.04 LTS Server", Field(Run("upload"), "description"));
        Assert.True(File.Exists(Path.Combine(_box.Isos, Server)));
        Run("scan");
        Assert.Equal("done", Field(Run("extract"), "status"));
        Assert.True(Directory.Exists(Path.Combine(_box.Isos, Path.GetFileNameWithoutExtension(Server))));
        Run("extract-again");

        JsonElement before = JsonDocument.Parse(Run("list")).RootElement;
        Assert.True(before.GetProperty("netboot_required").GetBoolean());
        Assert.EndsWith("/installer-amd64/current/images/netboot/netboot.tar.gz", before.GetProperty("netboot_url").GetString(), StringComparison.Ordinal);
        Run("netboot");
        JsonElement after = JsonDocument.Parse(Run("list")).RootElement;
        Assert.True(after.GetProperty("netboot_available").GetBoolean());
        string folder = Path.Combine(_box.Isos, Path.GetFileNameWithoutExtension(Netinst), "install.amd");
        Assert.Equal("a kernel", await File.ReadAllTextAsync(Path.Combine(folder, "vmlinuz")));
        Assert.Equal("a RAM disk", await File.ReadAllTextAsync(Path.Combine(folder, "initrd.gz")));
        Assert.Empty(Directory.GetFileSystemEntries(_box.Isos, ".*"));
    }

    [Fact]
    public void The_later_forms_pass_too()
    {
        Run("login", "later-calls.txt");
        Assert.Equal("sanboot", Field(Run("boot-method", "later-calls.txt"), "boot_method"));
        Assert.Equal("done", Field(Run("extract", "later-calls.txt"), "status"));
        Assert.Equal("done", Field(Run("progress", "later-calls.txt"), "status"));
        Assert.Equal("later", Field(Run("change", "later-calls.txt"), "description"));
        Run("delete", "later-calls.txt");
        Assert.False(File.Exists(Path.Combine(_box.Isos, "ubuntu-24.04.iso")));
        Run("logout", "later-calls.txt");
    }

    [Fact]
    public async Task Netboot_files_that_are_not_the_mirrors_own_leave_nothing()
    {
        MirrorNetboot();
        foreach (string path in _mirror.Files.Keys.Where(static path => path.EndsWith(".gz", StringComparison.Ordinal)))
        {
            byte[] other = [.. _mirror.Files[path]];
            other[100] ^= 1;
            _mirror.Files[path] = other;
        }

        Assert.Equal(422, (await _box.SendAsync("POST", "/api/images/netboot/download", new { filename = Netinst })).Status);
        Assert.Empty(Directory.GetDirectories(_box.Isos));
    }

    [Fact]
    public async Task A_mirror_that_does_not_have_them_is_named()
    {
        MirrorNetboot();
        foreach (string path in _mirror.Files.Keys.Where(static path => path.EndsWith(".gz", StringComparison.Ordinal)))
        {
            _mirror.Files.TryRemove(path, out _);
        }

        (int status, JsonElement envelope) = await _box.SendAsync("POST", "/api/images/netboot/download", new { filename = Netinst });
        Assert.Equal(500, status);
        Assert.Contains("netboot.tar.gz", envelope.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_box.Isos));
    }

    [Fact]
    public async Task An_image_that_needs_none_gets_no_netboot_files() =>
        Assert.Equal(409, (await _box.SendAsync("POST", "/api/images/netboot/download", new { filename = "ubuntu-24.04.iso" })).Status);

    /// <summary>Runs the call under a heading of the file, and returns what it prints.</summary>
    private string Run(string heading, string file = "founding-calls.txt")
    {
        string[] lines = File.ReadAllLines(TestData.Path($"api/{file}"));
        int start = Array.IndexOf(lines, $"# {heading}");
        string call = string.Join('\n', lines.Skip(start + 1).TakeWhile(static line => !line.StartsWith('#')));
        string script = $$"""
            set -eu -o pipefail
            curl() {
                local arguments=()
                for argument in "$@"; do arguments+=("${argument/\/path\/to/$HOME}"); done
                command curl --silent --show-error --fail-with-body --connect-to "localhost:8081:127.0.0.1:{{_box.Address.Port}}" "${arguments[@]}"
            }
            {{call}}
            """;
        var begin = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        begin.Environment["HOME"] = _box.Home;
        using Process process = Process.Start(begin)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"{heading} does not end");
        Assert.True(process.ExitCode == 0, $"{heading}: {output} {errors.Result}");
        return output;
    }

    private static string Field(string envelope, string name) =>
        JsonDocument.Parse(envelope).RootElement.GetProperty("data")[0].GetProperty(name).GetString()!;

    /// <summary>A mirror with what Debian's has for every suite that the disc might be of.</summary>
    private void MirrorNetboot()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            Add(tar, "./debian-installer/amd64/linux", "a kernel");
            Add(tar, "./debian-installer/amd64/initrd.gz", "a RAM disk");
        }

        byte[] archive = bytes.ToArray();
        foreach (string suite in (string[])["bookworm", "trixie"])
        {
            string images = $"/debian/dists/{suite}/main/installer-amd64/current/images";
            _mirror.Files[$"{images}/netboot/netboot.tar.gz"] = archive;
            _mirror.Files[$"{images}/SHA256SUMS"] = Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(archive))}  ./netboot/netboot.tar.gz\n");
        }
    }

    private static void Add(TarWriter tar, string name, string content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content)) });
}
