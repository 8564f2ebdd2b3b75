using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// The daemon is killed while an image is uploaded and another downloaded, a third extracted, and a setting changed: what is
/// there afterwards is old or new, never between, and all of it can be gone on with.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class AdminDurabilityJourneys(RigFixture rig) : IAsyncLifetime
{
    private const string Name = "admin-cuts";
    private const string Uploaded = "bench/up.img";
    private const string Downloaded = "bench/down.img";
    private const string Extracted = "linux/debian.iso";
    private const int Cuts = 50;

    /// <summary>Longest that is waited before a kill: what all four together take on a quiet machine.</summary>
    private const int LongestMilliseconds = 900;

    /// <summary>Longer than the step in which incomplete files are flushed (64 MiB), so that there is something to go on with.</summary>
    private const int Length = 150 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-cuts-").FullName;
    private Process _mirror = null!;
    private string _sum = "";

    private string Isos => Path.Combine(_folder, "media/isos");

    private string Source => Path.Combine(_folder, "mirror/image.img");

    private string[] Settings => [$"media = {Path.Combine(_folder, "media")}", "library-poll = 1s"];

    public async Task InitializeAsync()
    {
        await SampleLibrary.BuildAsync("amd64");
        Directory.CreateDirectory(Path.Combine(Isos, "linux"));
        Directory.CreateDirectory(Path.GetDirectoryName(Source)!);
        File.Copy(SampleLibrary.PathOf(SampleLibrary.InstallerAmd64), Path.Combine(Isos, Extracted));
        File.SetLastWriteTimeUtc(Path.Combine(Isos, Extracted), DateTime.UtcNow.AddMinutes(-1));
        byte[] bytes = new byte[Length];
        new Random(50).NextBytes(bytes);
        await File.WriteAllBytesAsync(Source, bytes);
        _sum = Convert.ToHexStringLower(SHA256.HashData(bytes));
        _mirror = rig.Wire.StartOnClient("busybox", "httpd", "-f", "-p", Wire.ClientAddress + ":8000", "-h", Path.GetDirectoryName(Source)!);
    }

    public async Task DisposeAsync()
    {
        _mirror.Kill();
        await _mirror.WaitForExitAsync();
        _mirror.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Trait("Suite", "all")]
    public async Task V_18_fifty_kills_amid_uploads_downloads_extractions_and_settings_leave_old_or_new()
    {
        var random = new Random(7);
        AdminCalls? calls = null;
        string title = "";
        int unfinished = 0;
        for (int cut = 0; cut < Cuts; cut++)
        {
            await using (Daemon daemon = cut == 0
                ? await Daemon.StartAsync(rig.Wire, Name, Settings)
                : await Daemon.RestartAsync(rig.Wire, Name, Settings))
            {
                calls ??= await AdminCalls.SignInAsync(rig.Wire, daemon);
                (title, bool wasWhole) = await WorkUntilKilledAsync(daemon, calls, cut, random.Next(LongestMilliseconds));
                unfinished += wasWhole ? 0 : 1;
            }

            AssertWhole(Path.Combine(Isos, Uploaded));
            AssertWhole(Path.Combine(Isos, Downloaded));
            await using Daemon restarted = await Daemon.RestartAsync(rig.Wire, Name, Settings);
            JsonElement theme = await calls.RequireAsync("GET", "/api/theme");
            Assert.Contains(theme.GetProperty("title").GetString(), (string[])[title, Next(title)]);
            await FinishAsync(calls);
            await BeginAnewAsync(calls);
        }

        // Else nothing was cut, and nothing is proved.
        Assert.InRange(unfinished, Cuts / 4, Cuts);
    }

    /// <summary>All four at once; returns the last title that was acknowledged, and whether both images had come whole before.</summary>
    private async Task<(string Title, bool WasWhole)> WorkUntilKilledAsync(Daemon daemon, AdminCalls calls, int cut, int milliseconds)
    {
        using Process upload = rig.Wire.StartOnClient(
            "curl", "--silent", "--limit-rate", "300M", "--upload-file", Source, "--header", calls.Authorization,
            $"{AdminCalls.Url}/api/images/upload?filename={Uploaded}&sha256={_sum}");
        Task working = Task.WhenAll(
            calls.CallAsync("POST", "/api/images/download", Order), calls.CallAsync("POST", "/api/images/extract?async=true", new { filename = Extracted }));
        string title = Title(cut, 0);
        await calls.RequireAsync("PUT", "/api/theme", new { title });
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < milliseconds)
        {
            await calls.RequireAsync("PUT", "/api/theme", new { title = Next(title) });
            title = Next(title);
        }

        Task<(int Status, JsonElement Data)> last = calls.CallAsync("PUT", "/api/theme", new { title = Next(title) });
        bool wasWhole = File.Exists(Path.Combine(Isos, Uploaded)) && File.Exists(Path.Combine(Isos, Downloaded));
        await daemon.KillAsync();
        title = (await last).Status == 200 ? Next(title) : title;
        await upload.WaitForExitAsync();
        await working;
        return (title, wasWhole);
    }

    private object Order => new { url = $"http://{Wire.ClientAddress}:8000/image.img", filename = Downloaded, sha256 = _sum };

    private static string Title(int cut, int change) => string.Create(CultureInfo.InvariantCulture, $"{cut} {change}");

    private static string Next(string title)
    {
        string[] numbers = title.Split(' ');
        return Title(int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture) + 1);
    }

    /// <summary>A file is not there, or is there whole.</summary>
    private void AssertWhole(string file)
    {
        if (File.Exists(file))
        {
            using FileStream content = File.OpenRead(file);
            Assert.Equal(_sum, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
    }

    /// <summary>Goes on with what was cut off, to the end of all of it.</summary>
    private async Task FinishAsync(AdminCalls calls)
    {
        if (!File.Exists(Path.Combine(Isos, Uploaded)))
        {
            string query = $"/api/images/upload?filename={Uploaded}";
            long offset = (await calls.RequireAsync("GET", query))[0].GetProperty("offset").GetInt64();
            string rest = Path.Combine(_folder, "rest");
            await File.WriteAllBytesAsync(rest, (await File.ReadAllBytesAsync(Source))[(int)offset..]);
            await calls.RequireAsync("PATCH", $"{query}&offset={offset}&size={Length}&sha256={_sum}", file: rest);
        }

        if (!File.Exists(Path.Combine(Isos, Downloaded)))
        {
            // Whether its order had come through is not known; it is gone on with by itself then.
            (int status, _) = await calls.CallAsync("POST", "/api/images/download", Order);
            Assert.Contains(status, (int[])[202, 409]);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(Path.Combine(Isos, Downloaded)))
        {
            await Task.Delay(50, deadline.Token);
        }

        AssertWhole(Path.Combine(Isos, Uploaded));
        AssertWhole(Path.Combine(Isos, Downloaded));
        await calls.RequireAsync("POST", "/api/images/extract", new { filename = Extracted });
        string kernel = await rig.Wire.RunOnClientAsync(
            "sh", "-c", $"curl --silent --fail http://{Wire.ServerAddress}/boot/linux/debian/install.amd/vmlinuz | sha256sum");
        string expected = await HostCommand.RunAsync("sh", "-c", "7z x -so \"$0\" install.amd/vmlinuz | sha256sum", Path.Combine(Isos, Extracted));
        Assert.Equal(expected, kernel);
        Assert.Equal(["down.img", "up.img"], Directory.GetFileSystemEntries(Path.Combine(Isos, "bench")).Select(Path.GetFileName).Order());
    }

    private static async Task BeginAnewAsync(AdminCalls calls)
    {
        await calls.RequireAsync("DELETE", $"/api/images/extract?filename={Extracted}");
        foreach (string image in (string[])[Uploaded, Downloaded])
        {
            await calls.RequireAsync("POST", "/api/scan");
            await calls.RequireAsync("DELETE", $"/api/images?filename={image}&delete_file=true");
        }
    }
}
