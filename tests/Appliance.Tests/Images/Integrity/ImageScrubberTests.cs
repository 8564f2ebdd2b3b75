using System.Security.Cryptography;
using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Formats;
using Appliance.Images;
using Appliance.Images.Integrity;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Images.Integrity;

/// <summary>Images are read through in idle time, and damage is named (CONFORMANCE, durability, 6: scrub).</summary>
public sealed class ImageScrubberTests : IDisposable
{
    private const long Rate = 5_000_000;

    private readonly TestFolder _media = new();
    private readonly FastForwardTime _time = new();
    private readonly ImageLibrary _library;

    public ImageScrubberTests() => _library = new ImageLibrary(Storage, TimeProvider.System, NullLogger<ImageLibrary>.Instance);

    public void Dispose()
    {
        _library.Dispose();
        _media.Dispose();
    }

    [Fact]
    public async Task An_image_without_a_list_is_readable_and_has_its_sum()
    {
        Add("a.img", "content");
        await ReadAllAsync(Scrubber());
        Assert.Equal((IntegrityState.Readable, Sum("content"), null), (Of("a").State, Of("a").Sha256, Of("a").Problem));
    }

    [Theory]
    [InlineData("SHA256SUMS", "{0} *{1}")]
    [InlineData("sha256sum.txt", "{0}  ./{1}")]
    [InlineData("CHECKSUM", "SHA256 ({1}) = {0}")]
    [InlineData("Fedora-41-CHECKSUM", "SHA256 ({1}) = {0}")]
    [InlineData("a.img.sha256", "{0}")]
    [InlineData("a.sha256", "{0}  {1}")]
    public async Task A_list_beside_an_image_confirms_or_denies_it(string list, string line)
    {
        Add("a.img", "content");
        ImageScrubber scrubber = Scrubber();
        Add(list, string.Format(null, line, Sum("content"), "a.img"));
        await ReadAllAsync(scrubber);
        Assert.Equal((IntegrityState.Verified, $"its SHA-256 is the one in {list}"), (Of("a").State, Of("a").Detail));

        // The list is looked at again without the image being read again.
        Add(list, string.Format(null, line, Sum("other"), "a.img"));
        await ReadAllAsync(scrubber);
        Assert.Equal((IntegrityState.Damaged, $"DAMAGED: its SHA-256 is not the one in {list}"), (Of("a").State, Of("a").Problem));
        File.Delete(_media[$"isos/{list}"]);
        await ReadAllAsync(scrubber);
        Assert.Equal(IntegrityState.Readable, Of("a").State);
    }

    [Fact]
    public async Task A_damaged_image_says_so_in_the_menu_and_can_still_be_booted()
    {
        Add("a.img", "content");
        Add("SHA256SUMS", $"{Sum("other")}  a.img");
        await ReadAllAsync(Scrubber());
        var menus = new BootMenus(new BootServices("http://192.168.100.1"), new ProfileFiles("/none"), new MenuOptions(), TimeProvider.System);
        menus.Update(_library.Current.Images);
        using Payload menu = menus.OpenIpxe(new ClientMachine(ClientFirmware.Bios));
        byte[] script = new byte[menu.Length];
        menu.Read(0, script);
        string text = Encoding.UTF8.GetString(script);
        Assert.Contains("item g-i0 a (0 kB) - DAMAGED: its SHA-256 is not the one in SHA256SUMS\n", text, StringComparison.Ordinal);
        Assert.Contains("/isos/a.img", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_error_marks_its_image_and_the_others_are_read_on()
    {
        Add("bad.img", new string('b', 1_000_000));
        Add("good.img", "content");
        ImageScrubber scrubber = Scrubber(image => image.Id == "bad" ? new FailingSource(image.Length, 700_000) : image.OpenWhole());
        await ReadAllAsync(scrubber);
        Assert.Equal((IntegrityState.Unreadable, null, "DAMAGED: the card or disk does not give the bytes at 1 MB"),
            (Of("bad").State, Of("bad").Sha256, Of("bad").Problem));
        Assert.Equal(IntegrityState.Readable, Of("good").State);
        LibraryImage bad = _library.Current.Images[0];
        using Payload payload = bad.OpenImage()!;
        Assert.Equal(1_000_000, payload.Length);
    }

    [Fact]
    public async Task An_image_that_reads_otherwise_a_week_later_is_damaged()
    {
        Add("a.img", "content");
        int reads = 0;
        ImageScrubber scrubber = Scrubber(_ => new MemorySectorSource(Encoding.UTF8.GetBytes(reads++ == 0 ? "content" : "c0ntent")));
        await RunUntilAsync(scrubber, () => reads == 1 && Of("a").State is IntegrityState.Readable);
        TimeSpan first = _time.Now;
        await RunUntilAsync(scrubber, () => Of("a").State is IntegrityState.Damaged);
        Assert.Equal("DAMAGED: it reads otherwise than before, and nobody wrote to it", Of("a").Problem);
        Assert.True(_time.Now - first >= ImageScrubber.RereadInterval - ImageScrubber.IdleInterval, $"{_time.Now - first}");
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task The_rate_is_kept_and_the_first_reading_is_four_times_as_fast()
    {
        Add("a.img", "small");
        ImageScrubber scrubber = Scrubber(_ => new ZeroSource(100_000_000));
        TimeSpan start = _time.Now;
        await ReadAllAsync(scrubber);
        Assert.InRange((_time.Now - start).TotalSeconds, 4.8, 5.1);

        var again = new SumReader(new ReadPace(Rate), new TransferWatch(static () => 0), _time);
        start = _time.Now;
        Assert.NotNull(await again.ReadAsync(new ZeroSource(100_000_000), CancellationToken.None));
        Assert.InRange((_time.Now - start).TotalSeconds, 19.8, 20.1);
    }

    [Fact]
    public async Task Reading_waits_while_transfers_run()
    {
        long moved = 0;
        int looks = 0;
        var watch = new TransferWatch(() => moved += looks++ < 30 ? 10_000_000 : 0);
        var reader = new SumReader(new ReadPace(0), watch, _time);
        watch.IsBusy(_time.Now);
        TimeSpan start = _time.Now;
        Task wait = Task.Delay(TransferWatch.Interval, _time);
        await wait;
        Assert.NotNull(await reader.ReadAsync(new ZeroSource(1_000_000), CancellationToken.None));
        Assert.InRange((_time.Now - start).TotalSeconds, 29, 32);
    }

    [Fact]
    public async Task An_image_that_is_cut_short_while_it_is_read_gets_no_verdict_until_it_is_listed_anew()
    {
        Add("a.img", new string('x', 1_000_000));
        ImageScrubber scrubber = Scrubber(image => new ShrinkingSource(image.OpenWhole()!, () => Add("a.img", "short")));
        await _library.ScanAsync(CancellationToken.None);
        await scrubber.ReadAllAsync(CancellationToken.None);
        Assert.Equal(IntegrityState.Unknown, Of("a").State);
        await ReadAllAsync(Scrubber());
        Assert.Equal(Sum("short"), Of("a").Sha256);
    }

    [Fact]
    public async Task A_verdict_is_forgotten_with_the_state_of_the_file_it_was_for()
    {
        Add("a.img", "content");
        await ReadAllAsync(Scrubber());
        Assert.Equal(IntegrityState.Readable, Of("a").State);
        Add("a.img", "another content");
        await _library.ScanAsync(CancellationToken.None);
        Assert.Equal(IntegrityState.Unknown, Of("a").State);
    }

    [Fact]
    public async Task Verdicts_that_stay_the_same_change_nothing()
    {
        Add("a.img", "content");
        ImageScrubber scrubber = Scrubber();
        await ReadAllAsync(scrubber);
        LibrarySnapshot before = _library.Current;
        await ReadAllAsync(scrubber);
        Assert.Same(before, _library.Current);
    }

    [Fact]
    public async Task Cancelling_ends_it_in_the_middle_of_an_image()
    {
        Add("a.img", "content");
        await _library.ScanAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        ImageScrubber scrubber = Scrubber(_ => new ZeroSource(long.MaxValue, stop.Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scrubber.RunAsync(stop.Token));
        Assert.Equal(IntegrityState.Unknown, Of("a").State);
    }

    private StorageOptions Storage => new() { Media = _media.Path, ScrubRate = Rate };

    private ImageScrubber Scrubber(Func<LibraryImage, SectorSource?>? open = null) =>
        new(_library, Storage, static () => 0, _time, NullLogger<ImageScrubber>.Instance, open ?? (static image => image.OpenWhole()));

    private async Task ReadAllAsync(ImageScrubber scrubber)
    {
        await _library.ScanAsync(CancellationToken.None);
        await scrubber.ReadAllAsync(CancellationToken.None);
    }

    private async Task RunUntilAsync(ImageScrubber scrubber, Func<bool> condition)
    {
        await _library.ScanAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task run = scrubber.RunAsync(stop.Token);
        while (!condition() && !run.IsCompleted)
        {
            await Task.Delay(1);
        }

        Assert.False(run.IsCompleted, run.Exception?.ToString() ?? "too late");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private ImageIntegrity Of(string id) =>
        _library.Current.TryFind(id, out LibraryImage? image) ? image.Integrity : ImageIntegrity.Unknown;

    private void Add(string name, string content)
    {
        string arriving = _media.Write("arriving", content);
        File.SetLastWriteTimeUtc(arriving, DateTime.UtcNow.AddHours(-1));
        Directory.CreateDirectory(_media["isos"]);
        File.Move(arriving, _media[$"isos/{name}"], overwrite: true);
    }

    private static string Sum(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private sealed class ZeroSource(long length, Action? atRead = null) : SectorSource
    {
        public override long Length => length;

        public override int Read(long offset, Span<byte> destination)
        {
            atRead?.Invoke();
            destination.Clear();
            return (int)Math.Min(destination.Length, length - offset);
        }
    }

    private sealed class FailingSource(long length, long bad) : SectorSource
    {
        public override long Length => length;

        public override int Read(long offset, Span<byte> destination) =>
            offset + destination.Length > bad ? throw new IOException("Input/output error") : destination.Length;
    }

    /// <summary>After its first read somebody cuts the file short.</summary>
    private sealed class ShrinkingSource(SharedFile file, Action cut) : SectorSource
    {
        private bool _isCut;

        public override long Length => file.Length;

        public override int Read(long offset, Span<byte> destination)
        {
            int count = file.Read(offset, destination);
            if (!_isCut)
            {
                _isCut = true;
                using (var writer = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    writer.SetLength(300_000);
                }

                cut();
            }

            return count;
        }
    }
}
