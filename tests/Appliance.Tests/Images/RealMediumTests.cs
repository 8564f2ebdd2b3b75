using System.Diagnostics;
using Appliance.Formats.Tests.Iso9660;

namespace Appliance.Tests.Images;

/// <summary>The program itself, on a card that is really full and a medium that really fails.</summary>
public sealed class RealMediumTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _media = new();

    public void Dispose() => _media.Dispose();

    [Fact]
    public void V_15_an_archive_that_does_not_fit_on_a_full_card_leaves_nothing()
    {
        _media.Write("source/linux", new string('x', 3_000_000));
        Tool.Run("tar", "tar", "--create", "--file", _media["archive.tar"], "--directory", _media["source"], "linux");

        // 2 MB, of which 5 % stay free; the length in the header is refused, before anything is written.
        (int status, string output) = OnSmallCard("2m", "extract", _media["archive.tar"], "--into", _media["card/out"]);
        Assert.Equal(1, status);
        Assert.Contains("a file is longer than may still come: linux", output, StringComparison.Ordinal);
        Assert.EndsWith("left: \n", output, StringComparison.Ordinal);
        (status, output) = OnSmallCard("8m", "extract", _media["archive.tar"], "--into", _media["card/out"]);
        Assert.Equal(0, status);
        Assert.EndsWith("left: out \n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_fills_up_meanwhile_ends_it_with_the_reason_and_without_a_trace()
    {
        // Many small files: on the card each takes a page, which no length tells.
        for (int i = 0; i < 400; i++)
        {
            _media.Write($"source/{i}", "x");
        }

        Tool.Run("tar", "tar", "--create", "--file", _media["archive.tar"], "--directory", _media["source"], ".");
        (int status, string output) = OnSmallCard("1m", "extract", _media["archive.tar"], "--into", _media["card/out"]);
        Assert.Equal(1, status);
        Assert.Contains("plugboot: ", output, StringComparison.Ordinal);
        Assert.Matches("disk was full|No space left", output);
        Assert.EndsWith("left: \n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_error_of_the_medium_is_named_and_the_other_image_is_verified()
    {
        AddImage("bad.iso");
        AddImage("good.iso");
        string sums = Tool.Run("coreutils", "sha256sum", _media["isos/good.iso"], _media["isos/bad.iso"]);
        _media.Write("isos/SHA256SUMS", sums);

        // Directory sectors are read one by one; what reads a quarter of a megabyte at once is the check.
        (int status, string output) = Run("strace", [
            "--follow-forks", "--quiet=all", "--output=/dev/null", "--trace-path", _media["isos/bad.iso"],
            "--inject=pread64:error=EIO:when=60+", .. Plugboot, "scan", "--verify", "--media", _media.Path]);
        Assert.Equal(1, status);
        Assert.Contains("SHA-256 unknown: DAMAGED: the card or disk does not give the bytes at", output, StringComparison.Ordinal);
        Assert.Contains("its SHA-256 is the one in SHA256SUMS", output, StringComparison.Ordinal);
        Assert.Contains("2 images, 0 broken, 1 damaged", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_daemon_reads_its_images_through_and_deletes_what_a_cut_has_left()
    {
        AddImage("good.iso");
        AddImage("rotten.iso");
        string sums = Tool.Run("coreutils", "sha256sum", _media["isos/good.iso"], _media["isos/rotten.iso"]);
        _media.Write("isos/CHECKSUM", sums.Replace(sums[..8], "00000000", StringComparison.Ordinal));
        _media.Write("isos/good/.extracting/files/vmlinuz", "half");
        _media.Write("isos/good/own.cfg", "own");
        const string Script = """
            ip link set lo up && ip address add 192.168.100.1/24 dev lo || exit 99
            exec "$@"
            """;
        using Process daemon = Start("unshare", ["--map-root-user", "--net", "sh", "-c", Script, "sh", .. Plugboot,
            "serve", "--media", _media.Path, "--loaders", _media["loaders"], "--dhcp-mode", "off", "--router-advertisement", "no", "--scrub-rate", "1000"]);
        try
        {
            var log = new List<string>();
            using var deadline = new CancellationTokenSource(Patience);
            while (log.Count(static line => line.Contains("DAMAGED", StringComparison.Ordinal)) < 2)
            {
                log.Add(await daemon.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException(string.Join('\n', log)));
            }

            Assert.Contains(log, static line => line.Contains(" WARN  ImageScrubber: Image good.iso: SHA-256 ", StringComparison.Ordinal)
                && line.EndsWith("DAMAGED: its SHA-256 is not the one in CHECKSUM", StringComparison.Ordinal));
            Assert.Equal(["own.cfg"], Directory.EnumerateFileSystemEntries(_media["isos/good"]).Select(Path.GetFileName));
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }
    }

    private static string[] Plugboot => ["dotnet", typeof(CommandLine).Assembly.Location];

    private void AddImage(string name)
    {
        var iso = new HandMadeIso();
        iso.WriteRoot(iso.File("VMLINUZ.;1", 30, 10));

        // Long enough that its check needs many more reads than its directories.
        _media.Write($"isos/{name}", [.. iso.Bytes, .. new byte[40 << 20]]);
        File.SetLastWriteTimeUtc(_media[$"isos/{name}"], DateTime.UtcNow.AddHours(-1));
    }

    /// <summary>Runs the program where <c>card</c> is a file system of that size, which only it sees, and says what is left there.</summary>
    private (int Status, string Output) OnSmallCard(string size, params string[] arguments)
    {
        Directory.CreateDirectory(_media["card"]);
        const string Script = """
            card=$1 size=$2; shift 2
            mount -t tmpfs -o "size=$size" tmpfs "$card" || exit 99
            "$@"; status=$?
            printf 'left: %s\n' "$(ls -A "$card" | tr '\n' ' ')"
            exit "$status"
            """;
        return Run("unshare", ["--map-root-user", "--mount", "sh", "-c", Script, "sh", _media["card"], size, .. Plugboot, .. arguments]);
    }

    private static (int Status, string Output) Run(string program, string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} does not end.");
        }

        return (process.ExitCode, errors.Result + output.Result);
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // No debugger's pipe in /tmp, which a killed process would leave behind.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }
}
