using System.Diagnostics;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>Beside another DHCP server: conformance D-16 and P-01 to P-08 with real firmware and real servers.</summary>
[Collection(RigSuite.Name)]
public sealed class ProxyJourneys(RigFixture rig)
{
    /// <summary>For each stage. Emulated on two busy cores; a quiet machine needs a tenth.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(3);

    /// <summary>What is promised for noticing another server, and its end.</summary>
    private static readonly TimeSpan SwitchDeadline = TimeSpan.FromSeconds(10);

    private const string BecameProxy = "answers on this wire: handing out no addresses";
    private const string BecameServer = "no other DHCP server answers: handing out";
    private const string Kernel = "Linux version [0-9]";

    /// <summary>After HTTP boot GRUB shows the menu itself.</summary>
    private static readonly string[] Menu = ["iPXE|GNU GRUB", @"menu\.ipxe|Starting debian-12"];
    private const string OfficeAddress = @"192\.168\.100\.2[1-4][0-9]";

    [Theory]
    [InlineData(Firmware.Bios, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.Uefi, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.UefiHttp, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.Bios, OfficeDhcp.Kea)]
    [InlineData(Firmware.Uefi, OfficeDhcp.Kea)]
    [InlineData(Firmware.UefiHttp, OfficeDhcp.Kea)]
    public Task Firmware_reaches_the_menu_beside_a_server_of_addresses(string firmware, string server) =>
        BootAsync(firmware, server, SampleLibrary.InstallerAmd64, [], [.. Menu, Kernel]);

    /// <summary>A BIOS loader of our own, as a card without iPXE gets it: the ROM asks, then undionly, and both beside the other server.</summary>
    [Theory]
    [Trait("Suite", "all")]
    [InlineData(OfficeDhcp.Dnsmasq)]
    [InlineData(OfficeDhcp.Kea)]
    public Task Bios_chains_to_undionly_beside_a_server_of_addresses(string server) => BootAsync(
        Firmware.Bios, server, SampleLibrary.InstallerAmd64, ["ipxe-chain = yes"], ["iPXE", @"undionly\.kpxe", @"iPXE 1\.21", @"menu\.ipxe", Kernel]);

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.UefiSecureBoot, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.UefiSecureBoot, OfficeDhcp.Kea)]
    public Task Secure_boot_reaches_a_signed_kernel_beside_a_server_of_addresses(string firmware, string server) => BootAsync(
        firmware, server, SampleLibrary.InstallerAmd64, [], [@"shimx64\.efi", "Starting debian-12-amd64-netinst", Kernel, "[Ss]ecure boot enabled"]);

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(Firmware.Arm64, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.Arm64, OfficeDhcp.Kea)]
    [InlineData(Firmware.Arm64Http, OfficeDhcp.Dnsmasq)]
    [InlineData(Firmware.Arm64Http, OfficeDhcp.Kea)]
    public async Task Arm64_reaches_the_kernel_beside_a_server_of_addresses(string firmware, string server)
    {
        await HostCommand.RunAsync(Repository.Script("board/common/host-packages.sh"), "test-all");
        await SampleLibrary.BuildAsync("arm64");
        await BootAsync(firmware, server, SampleLibrary.InstallerArm64, [], [.. Menu, Kernel]);
    }

    private async Task BootAsync(string firmware, string server, string image, string[] settings, string[] stages)
    {
        string name = $"proxy-{firmware}{(settings.Length > 0 ? "-chain" : "")}-{server}";
        await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, server, name);
        await using Daemon daemon = await Daemon.StartAsync(
            rig.Wire, name, ["dhcp-mode = auto", "menu-default = " + image, "menu-timeout = 1", .. settings]);
        await daemon.Log.WaitForAsync(BecameProxy, SwitchDeadline);
        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, firmware, name);
        int seen = 0;
        foreach (string stage in stages)
        {
            seen = await pc.WaitForAsync(stage, StageDeadline, seen);
        }

        Assert.Contains("-> proxy-offer", daemon.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"-> (offer|ack|nak)\b", daemon.Log.Text);
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Fact]
    public async Task D_16_a_server_that_was_there_before_us_keeps_its_wire()
    {
        await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Dnsmasq, "auto-before");

        // Clients that ask from the first moment on, the worst one for us: dnsmasq pings for 3 s before it offers.
        using Process clients = StartClients(first: 1, count: 12);
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "auto-before", "dhcp-mode = auto");
        await daemon.Log.WaitForAsync(BecameProxy, SwitchDeadline);
        string output = await clients.StandardOutput.ReadToEndAsync();

        Assert.DoesNotContain(" " + Wire.ServerAddress, output, StringComparison.Ordinal);
        Assert.Matches(OfficeAddress, output);
    }

    [Fact]
    public async Task D_16_a_server_that_comes_later_gets_its_wire_and_we_get_it_back_within_ten_seconds_of_its_end()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "auto-after", "dhcp-mode = auto");
        await daemon.Log.WaitForAsync(BecameServer, SwitchDeadline);
        Assert.Contains(" " + Wire.ServerAddress, await ObtainAsync(1, 1), StringComparison.Ordinal);

        OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Dnsmasq, "auto-after");
        await using (office)
        {
            int seen = await daemon.Log.WaitForAsync(BecameProxy, SwitchDeadline);
            string during = await ObtainAsync(first: 100, count: 6);
            Assert.DoesNotContain(" " + Wire.ServerAddress, during, StringComparison.Ordinal);
            Assert.Matches(OfficeAddress, during);
            Assert.DoesNotContain(BecameServer, daemon.Log.Text[seen..], StringComparison.Ordinal);
        }

        long ended = Stopwatch.GetTimestamp();
        string after;
        do
        {
            after = await ObtainAsync(first: 200, count: 1);
        }
        while (!after.Contains(" " + Wire.ServerAddress, StringComparison.Ordinal) && Stopwatch.GetElapsedTime(ended) < 2 * SwitchDeadline);

        Assert.InRange(Stopwatch.GetElapsedTime(ended), TimeSpan.Zero, SwitchDeadline);
    }

    [Fact]
    public async Task D_16_a_server_by_order_raises_an_alarm_beside_another_and_offers_nothing_new()
    {
        await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Kea, "server-alarm");
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "server-alarm", "dhcp-mode = server");
        await daemon.Log.WaitForAsync("offering no more addresses", SwitchDeadline);

        Assert.DoesNotContain(" " + Wire.ServerAddress, await ObtainAsync(first: 1, count: 5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task D_16_a_forced_server_goes_on_beside_another()
    {
        await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Dnsmasq, "server-force");
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "server-force", "dhcp-mode = server", "dhcp-force = yes");

        Assert.Contains(" " + Wire.ServerAddress, await ObtainAsync(first: 1, count: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task D_16_on_a_wire_without_another_server_the_first_client_waits_for_less_than_three_seconds()
    {
        using Process client = StartClients(first: 1, count: 1);
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "auto-quiet", "dhcp-mode = auto");
        string output = await client.StandardOutput.ReadToEndAsync();

        Assert.Contains(" " + Wire.ServerAddress, output, StringComparison.Ordinal);
    }

    private Task<string> ObtainAsync(int first, int count) => rig.Wire.RunOnClientAsync(
        "dotnet", [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(first, count)]);

    private Process StartClients(int first, int count) => rig.Wire.StartOnClient(
        "dotnet", [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(first, count)]);
}
