using Appliance.Catalog;
using Appliance.Tests.Dhcp;
using Microsoft.Extensions.Logging;

namespace Appliance.Tests.Catalog;

/// <summary>Leases on a real disk: conformance D-11 (on disk before the answer), D-13, V-05, V-18.</summary>
public sealed class LeaseStoreTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly Guid FirstBoot = Guid.NewGuid();

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-leases-").FullName;
    private readonly ManualTime _time = new();
    private readonly MessageLog _log = new();

    public LeaseStoreTests() => _time.Advance(TimeSpan.FromHours(100));

    private string FilePath => Path.Combine(_folder, LeaseStore.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        using (LeaseStore store = Open())
        {
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(12)), Lease(store, 2, TimeSpan.FromHours(1)));
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(6)), Lease(store, 3, TimeSpan.MaxValue));
            await WriteAsync(store, new LeaseRecord(2, [], 0, default));
        }

        using LeaseStore again = Open();

        Assert.Equal([1u, 3u], again.Loaded.Select(static lease => lease.Address).Order());
        LeaseRecord first = again.Loaded.Single(static lease => lease.Address == 1);
        Assert.Equal((byte[])[1, 0xaa, 1], first.Identity);
        Assert.Equal(0x5254_0000_0001ul, first.Chaddr);
        Assert.InRange(first.Expires - again.Now, TimeSpan.FromHours(6), TimeSpan.FromHours(6.25));
        Assert.Equal(TimeSpan.MaxValue, again.Loaded.Single(static lease => lease.Address == 3).Expires);
    }

    [Fact]
    public async Task D_11_what_is_said_to_be_written_is_in_the_files_at_that_moment()
    {
        string copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        using LeaseStore store = Open();
        await WriteAsync(store, Lease(store, 7, TimeSpan.FromHours(1)));

        foreach (string file in Directory.GetFiles(_folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        using LeaseStore after = LeaseStore.Open(copy, _time, FirstBoot, _log);
        Assert.Equal(7u, Assert.Single(after.Loaded).Address);
    }

    [Fact]
    public async Task D_13_a_restart_within_one_boot_counts_the_time_between()
    {
        using (LeaseStore store = Open())
        {
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(2)));
        }

        _time.Advance(TimeSpan.FromHours(1));
        using LeaseStore again = Open();

        Assert.InRange(Assert.Single(again.Loaded).Expires - again.Now, TimeSpan.FromHours(1), TimeSpan.FromHours(1.25));
    }

    [Fact]
    public async Task D_13_after_a_power_cut_of_any_length_what_remained_remains()
    {
        using (LeaseStore store = Open())
        {
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(2)));
        }

        // Another boot, whose clock began anew: nothing tells how long the box was off.
        var afterBoot = new ManualTime();
        afterBoot.Advance(TimeSpan.FromSeconds(3));
        using LeaseStore again = LeaseStore.Open(_folder, afterBoot, Guid.NewGuid(), _log);

        Assert.InRange(Assert.Single(again.Loaded).Expires - again.Now, TimeSpan.FromHours(2), TimeSpan.FromHours(2.25));
        afterBoot.Advance(TimeSpan.FromHours(3));
        Assert.True(again.Loaded[0].Expires < again.Now);
    }

    [Fact]
    public void D_13_the_clock_of_a_new_database_starts_at_zero_and_never_goes_back()
    {
        using (LeaseStore store = Open())
        {
            Assert.Equal(TimeSpan.Zero, store.Now);
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(TimeSpan.FromMinutes(5), store.Now);
        }

        using LeaseStore again = Open();
        Assert.Equal(TimeSpan.FromMinutes(5), again.Now);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_is_not_held_by_rounding()
    {
        using (LeaseStore store = Open())
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await WriteAsync(store, Lease(store, 1, TimeSpan.Zero));
        }

        using LeaseStore again = Open();
        Assert.True(Assert.Single(again.Loaded).Expires <= again.Now);
    }

    [Fact]
    public async Task V_18_a_file_that_is_no_database_is_set_aside_and_said()
    {
        await File.WriteAllTextAsync(FilePath, new string('x', 10_000));
        using (LeaseStore store = Open())
        {
            Assert.True(store.IsDurable);
            Assert.Empty(store.Loaded);
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(1)));
        }

        Assert.Equal('x', (char)(await File.ReadAllBytesAsync(FilePath + ".damaged"))[0]);
        (LogLevel level, string text) = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("start afresh", text, StringComparison.Ordinal);
        using LeaseStore again = Open();
        Assert.Single(again.Loaded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task V_18_a_damaged_page_is_found_at_the_start_and_the_service_goes_on(int page)
    {
        using (LeaseStore store = Open())
        {
            await WriteAsync(store, [.. Enumerable.Range(1, 500).Select(number => Lease(store, (uint)number, TimeSpan.FromHours(1)))]);
        }

        byte[] file = await File.ReadAllBytesAsync(FilePath);
        file.AsSpan((page * 4096) + 100, 3900).Fill(0xa5);
        file[page * 4096] = page == 0 ? file[0] : (byte)0xa5;
        await File.WriteAllBytesAsync(FilePath, file);

        using LeaseStore again = Open();
        await WriteAsync(again, Lease(again, 1, TimeSpan.FromHours(1)));
        Assert.True(again.IsDurable);
        Assert.True(File.Exists(FilePath + ".damaged"));
    }

    [Fact]
    public async Task Without_a_disk_leases_go_on_in_memory_and_are_written_when_it_is_back()
    {
        string folder = Path.Combine(_folder, "state");
        await File.WriteAllTextAsync(folder, "a file where the folder should be");
        using (LeaseStore store = LeaseStore.Open(folder, _time, FirstBoot, _log))
        {
            await WriteAsync(store, Lease(store, 1, TimeSpan.FromHours(1)));
            await WriteAsync(store, Lease(store, 2, TimeSpan.FromHours(1)));
            Assert.False(store.IsDurable);
            Assert.Equal(LogLevel.Error, Assert.Single(_log.Lines).Level);

            File.Delete(folder);
            await WriteAsync(store, Lease(store, 3, TimeSpan.FromHours(1)));
            Assert.False(store.IsDurable);
            _time.Advance(LeaseStore.RetryInterval);
            await WriteAsync(store, Lease(store, 4, TimeSpan.FromHours(1)));
            Assert.True(store.IsDurable);
        }

        using LeaseStore again = LeaseStore.Open(folder, _time, FirstBoot, _log);
        Assert.Equal([1u, 2u, 3u, 4u], again.Loaded.Select(static lease => lease.Address).Order());
        Assert.Contains("on disk again", _log.Lines.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_daemon_in_the_same_folder_keeps_its_leases_in_memory()
    {
        using LeaseStore first = Open();
        using LeaseStore second = Open();

        Assert.False(second.IsDurable);
        await WriteAsync(second, Lease(second, 1, TimeSpan.FromHours(1)));
        Assert.Contains("locked", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V_05_changes_that_come_together_are_written_together()
    {
        using LeaseStore store = Open();
        long before = new FileInfo(FilePath + "-wal").Length;
        var last = new TaskCompletionSource();
        for (uint number = 1; number <= 1000; number++)
        {
            Assert.True(store.TryWrite([Lease(store, number, TimeSpan.FromHours(1))], number == 1000 ? last.SetResult : null));
        }

        await last.Task.WaitAsync(Deadline);

        // One transaction for each would be two pages, 8 KiB, each.
        Assert.InRange(new FileInfo(FilePath + "-wal").Length - before, 4096, 1000 * 1024);
    }

    [Fact]
    public void V_05_a_disk_that_stands_still_takes_a_limited_number_of_changes_and_then_says_no()
    {
        using var stuck = new ManualResetEventSlim();
        using var isStuck = new ManualResetEventSlim();
        using LeaseStore store = Open();
        store.TryWrite([], () =>
        {
            isStuck.Set();
            stuck.Wait(Deadline);
        });
        Assert.True(isStuck.Wait(Deadline));

        int taken = 0;
        while (taken < 100_000 && store.TryWrite([Lease(store, 1, TimeSpan.FromHours(1))], null))
        {
            taken++;
        }

        Assert.Equal(4096, taken);
        Assert.False(store.IsIdle);
        stuck.Set();
    }

    private LeaseStore Open() => LeaseStore.Open(_folder, _time, FirstBoot, _log);

    private static LeaseRecord Lease(LeaseStore store, uint number, TimeSpan time) => new(
        number,
        [1, 0xaa, (byte)number],
        0x5254_0000_0000ul + number,
        time == TimeSpan.MaxValue ? time : store.Now + time);

    private static async Task WriteAsync(LeaseStore store, params LeaseRecord[] leases)
    {
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(store.TryWrite(leases, committed.SetResult));
        await committed.Task.WaitAsync(Deadline);
    }
}
