using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>The network interface itself: one that goes and comes back, and what passes through it.</summary>
[Collection(RigSuite.Name)]
public sealed class LinkJourneys(RigFixture rig)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_adapter_that_is_pulled_and_plugged_in_again_is_served_as_before()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "replug", "log-level = debug");
        string before = await ObtainAsync(first: 1);

        await rig.Wire.ReplugBridgeAsync();
        int seen = await daemon.Log.WaitForAsync("DhcpServer: br0 is back: serving again", Deadline);
        await daemon.Log.WaitForAsync("RouterAdvertiser: br0 is back: serving again", Deadline);

        Assert.Contains(" " + Wire.ServerAddress, before, StringComparison.Ordinal);
        Assert.Equal(before, await ObtainAsync(first: 1));
        Assert.DoesNotContain(before.Split(' ')[1], await ObtainAsync(first: 2), StringComparison.Ordinal);
        await rig.Wire.ReplugClientAsync();
        await daemon.Log.WaitForAsync("ra br0: answered", Deadline, seen);
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Fact]
    public async Task What_one_machine_sends_and_is_sent_can_be_written_down()
    {
        string file = Path.Combine(Repository.Logs, "capture.pcap");
        string mac = await rig.Wire.ReadClientMacAsync();
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "capture");
        using Process capture = rig.Wire.StartBesideBridge(
            Repository.Daemon, "capture", mac, "--into", file, "--interface", Wire.Bridge, "--address", Wire.ServerAddress + "/24");
        Assert.Contains("capturing " + mac, await capture.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);

        await ObtainAsync(first: 1);
        await HostCommand.RunAsync("kill", "-TERM", capture.Id.ToString(CultureInfo.InvariantCulture));
        string said = await capture.StandardOutput.ReadToEndAsync();
        await capture.WaitForExitAsync();

        (byte[] To, byte[] From)[] frames = [.. Frames(await File.ReadAllBytesAsync(file))];
        byte[] client = Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal));
        Assert.Equal((0, $"{frames.Length} frames written to {file}\n"), (capture.ExitCode, said));
        Assert.Contains(frames, frame => frame.From.SequenceEqual(client));
        Assert.All(frames, frame => Assert.True(frame.From.SequenceEqual(client) || frame.To.SequenceEqual(client) || (frame.To[0] & 1) != 0));

        // Discover, offer, request and acknowledgement at least.
        Assert.InRange(frames.Length, 4, int.MaxValue);
    }

    [Fact]
    public async Task The_page_captures_one_machine_and_gives_the_frames_as_a_file()
    {
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "capture-api");
        AdminCalls calls = await AdminCalls.SignInAsync(rig.Wire, daemon);
        string mac = await rig.Wire.ReadClientMacAsync();
        string file = Path.Combine(Repository.Logs, "capture-api.pcap");
        Assert.True((await calls.RequireAsync("POST", "/api/capture?mac=" + mac)).GetProperty("running").GetBoolean());
        await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{Wire.ServerAddress}/health");
        JsonElement ended = await calls.RequireAsync("DELETE", "/api/capture");
        await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", "--header", calls.Authorization, "--output", file, AdminCalls.Url + "/api/capture/file");
        byte[] station = PhysicalAddress.Parse(mac.Replace(':', '-')).GetAddressBytes();
        (byte[] To, byte[] From)[] frames = [.. Frames(await File.ReadAllBytesAsync(file))];
        Assert.Equal(ended.GetProperty("frames").GetInt32(), frames.Length);
        Assert.InRange(frames.Length, 10, 10_000);
        Assert.All(frames, frame => Assert.True(frame.From.SequenceEqual(station) || frame.To.SequenceEqual(station) || (frame.To[0] & 1) == 1));
    }

    [Fact]
    public async Task The_box_takes_its_address_from_the_networks_server_and_serves_beside_it()
    {
        try
        {
            await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Dnsmasq, "box-address");
            await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "box-address", "address = dhcp", "dhcp-mode = auto");

            Match own = Regex.Match(daemon.Log.Text, @"br0 got the address (192\.168\.100\.2[1-4][0-9])/24 from the DHCP server 192\.168\.100\.2\b");
            Assert.True(own.Success, daemon.Log.Text);
            Assert.Equal("OK", (await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{own.Groups[1].Value}/health")).TrimEnd());
            Assert.DoesNotContain(" " + own.Groups[1].Value, await ObtainAsync(first: 1), StringComparison.Ordinal);
            Assert.Contains(", mode Proxy,", daemon.Log.Text, StringComparison.Ordinal);

            await rig.Wire.ReplugBridgeAsync();
            await daemon.Log.WaitForAsync("br0 came back without its address: starting anew", 2 * Deadline);
            await daemon.Log.WaitForAsync("a part of the daemon failed, stopping", Deadline);
        }
        finally
        {
            await rig.Wire.ReplugBridgeAsync();
        }
    }

    [Fact]
    public async Task Where_no_server_gives_the_box_an_address_it_takes_its_own_and_gives_addresses()
    {
        try
        {
            await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "box-fallback", "address = dhcp", "dhcp-mode = auto");

            Assert.Contains("no DHCP server gave br0 an address: taking 192.168.100.1", daemon.Log.Text, StringComparison.Ordinal);
            Assert.Contains(" " + Wire.ServerAddress, await ObtainAsync(first: 1), StringComparison.Ordinal);
        }
        finally
        {
            await rig.Wire.ReplugBridgeAsync();
        }
    }

    [Fact]
    public async Task A_proxy_that_no_server_gives_an_address_serves_at_a_link_local_one_until_a_server_does()
    {
        const string neighbour = "169.254.0.9/16";
        try
        {
            await using Daemon daemon = await StartAtLinkLocalAsync("box-link-local");
            await rig.Wire.GiveClientAsync(neighbour);
            Assert.Equal("OK", (await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{LinkLocalOf(daemon)}/health")).TrimEnd());
            await rig.Wire.TakeFromClientAsync(neighbour);

            await using OfficeDhcp office = await OfficeDhcp.StartAsync(rig.Wire, OfficeDhcp.Kea, "box-link-local");
            await daemon.Log.WaitForAsync(@"the DHCP server 192\.168\.100\.2 answers now and offers 192\.168\.100\.2[1-4][0-9]: starting anew", 2 * Deadline);
            await daemon.Log.WaitForAsync("a part of the daemon failed, stopping", Deadline);
        }
        finally
        {
            await rig.Wire.ReplugBridgeAsync();
        }
    }

    [Fact]
    public async Task RFC_3927_section_2_2_1_a_link_local_address_that_another_station_has_is_left_to_it()
    {
        try
        {
            string wanted;
            await using (Daemon alone = await StartAtLinkLocalAsync("box-link-local-free"))
            {
                wanted = LinkLocalOf(alone);
            }

            await rig.Wire.GiveClientAsync(wanted + "/16");
            await using Daemon daemon = await StartAtLinkLocalAsync("box-link-local-taken");
            await rig.Wire.TakeFromClientAsync(wanted + "/16");
            Assert.NotEqual(wanted, LinkLocalOf(daemon));
        }
        finally
        {
            await rig.Wire.ReplugBridgeAsync();
        }
    }

    private Task<Daemon> StartAtLinkLocalAsync(string name) => Daemon.StartAsync(rig.Wire, name, "address = dhcp", "dhcp-mode = proxy");

    private static string LinkLocalOf(Daemon daemon)
    {
        Match taken = Regex.Match(daemon.Log.Text, @"taking the link-local (169\.254\.[0-9.]+) until one does");
        Assert.True(taken.Success, daemon.Log.Text);
        return taken.Groups[1].Value;
    }

    private Task<string> ObtainAsync(int first) => rig.Wire.RunOnClientAsync(
        "dotnet", [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(first, 1)]);

    /// <summary>Destination and source of each frame of a pcap file: a head of 24 bytes, records with heads of 16.</summary>
    private static IEnumerable<(byte[] To, byte[] From)> Frames(byte[] pcap)
    {
        for (int at = 24; at < pcap.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(pcap.AsSpan(at + 8));
            yield return (pcap[(at + 16)..(at + 22)], pcap[(at + 22)..(at + 28)]);
            at += 16 + length;
        }
    }
}
