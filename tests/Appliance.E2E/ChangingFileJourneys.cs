using System.Diagnostics;
using System.Globalization;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// A file is removed, replaced or cut short while the published daemon sends it: who had begun gets the old one whole, or
/// is told that it is damaged; who comes next gets what is there now. For NFS see <see cref="LinuxGuestJourneys"/>.
/// </summary>
[Collection(RigSuite.Name)]
public sealed class ChangingFileJourneys(RigFixture rig) : IAsyncLifetime, IDisposable
{
    private const string Name = "disk.img";
    private const string Export = "nbd://" + Wire.ServerAddress + "/disk";
    private const byte OldByte = (byte)'A';
    private const byte NewByte = (byte)'B';

    /// <summary>Long enough that a client can be halted in the middle, too long for the buffers between it and the server.</summary>
    private const int Length = 32 << 20;
    private const int NewLength = 1 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ChangingLibrary _library = new();
    private Daemon _daemon = null!;
    private int _seen;

    private string Received => Path.Combine(_library.Media, "received");

    public async Task InitializeAsync()
    {
        _library.Put(Name, Filled(OldByte, Length));
        _daemon = await Daemon.StartAsync(rig.Wire, "changing-file", ["media = " + _library.Media, "library-poll = 1s"]);
        await LibraryHoldsAsync(1);
    }

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    public void Dispose() => _library.Dispose();

    [Theory]
    [InlineData("http")]
    [InlineData("tftp")]
    public async Task A_running_transfer_of_a_removed_file_ends_whole_and_the_next_finds_nothing(string scheme)
    {
        using Process transfer = await StartTransferAsync(scheme);
        _library.Remove(Name);
        await LibraryHoldsAsync(0);
        Assert.NotEqual(0, (await FetchAsync(scheme)).ExitCode);
        Assert.Equal(0, await FinishAsync(transfer));
        Assert.Equal(Filled(OldByte, Length), await File.ReadAllBytesAsync(Received));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("tftp")]
    public async Task A_running_transfer_of_a_replaced_file_ends_whole_and_the_next_gets_the_new_one(string scheme)
    {
        using Process transfer = await StartTransferAsync(scheme);
        _library.Put(Name, Filled(NewByte, NewLength));
        await LibraryHoldsAsync(1);
        CommandResult next = await FetchAsync(scheme);
        Assert.Equal(0, next.ExitCode);
        Assert.Equal(new string((char)NewByte, NewLength), next.Output);
        Assert.Equal(0, await FinishAsync(transfer));
        Assert.Equal(Filled(OldByte, Length), await File.ReadAllBytesAsync(Received));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("tftp")]
    public async Task A_running_transfer_of_a_file_that_is_cut_short_fails_and_the_next_gets_what_is_left(string scheme)
    {
        using Process transfer = await StartTransferAsync(scheme);
        _library.Truncate(Name, NewLength);
        await LibraryHoldsAsync(1);
        CommandResult next = await FetchAsync(scheme);
        Assert.Equal(0, next.ExitCode);
        Assert.Equal(new string((char)OldByte, NewLength), next.Output);
        Assert.NotEqual(0, await FinishAsync(transfer));
        await _daemon.Log.WaitForAsync("cut short", Deadline);
    }

    [Fact]
    public async Task A_block_device_of_a_removed_file_is_read_to_its_end_and_nobody_gets_another()
    {
        using Process device = StartDevice(out ConsoleLog log);
        await ReadAsync(device, log, OldByte, 0);
        _library.Remove(Name);
        await LibraryHoldsAsync(0);
        await ReadAsync(device, log, OldByte, Length - NewLength);
        Assert.NotEqual(0, (await FirstReadAsync(OldByte)).ExitCode);
        await CloseAsync(device, log);
    }

    [Fact]
    public async Task A_block_device_of_a_replaced_file_is_read_to_its_end_and_the_next_client_gets_the_new_one()
    {
        using Process device = StartDevice(out ConsoleLog log);
        await ReadAsync(device, log, OldByte, 0);
        _library.Put(Name, Filled(NewByte, NewLength));
        await LibraryHoldsAsync(1);
        await ReadAsync(device, log, OldByte, Length - NewLength);
        CommandResult next = await FirstReadAsync(NewByte);
        Assert.Equal(0, next.ExitCode);
        Assert.DoesNotContain("failed", next.Output, StringComparison.Ordinal);
        await CloseAsync(device, log);
    }

    [Fact]
    public async Task A_block_device_of_a_file_that_is_cut_short_gives_an_error_for_what_is_gone_and_serves_the_rest()
    {
        using Process device = StartDevice(out ConsoleLog log);
        await ReadAsync(device, log, OldByte, 0);
        _library.Truncate(Name, NewLength);
        await device.StandardInput.WriteLineAsync(Read(OldByte, Length - NewLength));
        await log.WaitForAsync("read failed: Input/output error", Deadline);
        await ReadAsync(device, log, OldByte, 0);
        await CloseAsync(device, log);
    }

    private static byte[] Filled(byte value, int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }

    /// <summary>Waits until the daemon has said, since the last time, that it has so many images and waits for none.</summary>
    private async Task LibraryHoldsAsync(int images) => _seen = await _daemon.Log.WaitForAsync(
        string.Create(CultureInfo.InvariantCulture, $"Library: {images} images, 0 not ready yet"), Deadline, _seen);

    /// <summary>Starts a transfer and halts the client in the middle of it.</summary>
    private async Task<Process> StartTransferAsync(string scheme)
    {
        Process transfer = rig.Wire.StartOnClient(
            "curl", "--silent", "--fail", "--limit-rate", "16M", "--output", Received, $"{scheme}://{Wire.ServerAddress}/isos/{Name}");
        using var deadline = new CancellationTokenSource(Deadline);
        while (!File.Exists(Received) || new FileInfo(Received).Length == 0)
        {
            Assert.False(transfer.HasExited);
            await Task.Delay(5, deadline.Token);
        }

        await SignalAsync(transfer, "-STOP");
        Assert.InRange(new FileInfo(Received).Length, 1, Length / 2);
        return transfer;
    }

    private static async Task<int> FinishAsync(Process transfer)
    {
        await SignalAsync(transfer, "-CONT");
        using var deadline = new CancellationTokenSource(Deadline);
        await transfer.WaitForExitAsync(deadline.Token);
        return transfer.ExitCode;
    }

    private static Task<string> SignalAsync(Process process, string signal) =>
        HostCommand.RunAsync("kill", signal, process.Id.ToString(CultureInfo.InvariantCulture));

    private Task<CommandResult> FetchAsync(string scheme) => HostCommand.TryRunAsync(
        "ip", "netns", "exec", rig.Wire.Client, "curl", "--silent", "--fail", $"{scheme}://{Wire.ServerAddress}/isos/{Name}");

    private Process StartDevice(out ConsoleLog log)
    {
        Process device = rig.Wire.StartOnClient("qemu-io", "-r", "-f", "raw", Export);
        log = new ConsoleLog("changing-file.qemu-io");
        _ = log.ReadAsync(device.StandardOutput);
        _ = log.ReadAsync(device.StandardError);
        return device;
    }

    private static string Read(byte value, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"read -P {value} {offset} {NewLength}");

    /// <summary>Reads a run of the device, which must be all of one value.</summary>
    private static async Task ReadAsync(Process device, ConsoleLog log, byte value, long offset)
    {
        int start = log.Text.Length;
        await device.StandardInput.WriteLineAsync(Read(value, offset));
        int end = await log.WaitForAsync($"read {NewLength}/{NewLength} bytes at offset {offset}\n", Deadline, start);
        Assert.DoesNotContain("Pattern verification failed", log.Text[start..end], StringComparison.Ordinal);
    }

    /// <summary>What a client gets that comes now.</summary>
    private Task<CommandResult> FirstReadAsync(byte value) => HostCommand.TryRunAsync(
        "ip", "netns", "exec", rig.Wire.Client, "qemu-io", "-r", "-f", "raw", "-c", Read(value, 0), Export);

    private static async Task CloseAsync(Process device, ConsoleLog log)
    {
        device.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        await device.WaitForExitAsync(deadline.Token);
        log.Dispose();
    }
}
