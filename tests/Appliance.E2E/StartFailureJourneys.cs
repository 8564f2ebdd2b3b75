using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>What keeps the published daemon from starting is said in one line with its remedy, and the exit status is 2.</summary>
[Collection(RigSuite.Name)]
public sealed class StartFailureJourneys(RigFixture rig) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-start-").FullName;

    [Fact]
    public async Task A_port_in_use_is_named_with_its_setting()
    {
        // Whose it is shows only to those who may look into other processes; the unit test of PortOwner may.
        await using Daemon other = await Daemon.StartAsync(rig.Wire, "first");
        await AssertRefusedAsync("the HTTP server cannot use TCP port 80: another program has it; stop that program, or change http-ports");
    }

    [Fact]
    public Task A_missing_interface_is_named() =>
        AssertRefusedAsync("interface eth7 does not exist; there are: ", "--interface", "eth7");

    [Fact]
    public Task A_missing_address_is_named_with_the_command_that_gives_it() =>
        AssertRefusedAsync("give it: ip address add 192.168.77.1/24 dev br0", "--interface", "br0", "--address", "192.168.77.1/24", "--dhcp-pool", "192.168.77.10-192.168.77.20");

    [Fact]
    public Task An_unreadable_folder_is_named()
    {
        // Root without CAP_DAC_OVERRIDE is bound by the mode like anybody.
        Directory.CreateDirectory(Path.Combine(_folder, "isos"), UnixFileMode.None);
        return AssertRefusedAsync("/isos cannot be read", "--media", _folder);
    }

    [Fact]
    public Task All_wrong_settings_are_named_at_once() =>
        AssertRefusedAsync("plugboot: --tftp-port: tftp-port = 'x': takes a whole number", "--tftp-port", "x", "--http-port", "1");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task AssertRefusedAsync(string words, params string[] arguments)
    {
        CommandResult result = await Daemon.TryServeAsync(rig.Wire, arguments);
        Assert.Contains(words, result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Output, StringComparison.Ordinal);
    }
}
