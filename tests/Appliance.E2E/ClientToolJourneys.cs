using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>The tools that people have, unmodified, against the published daemon: leases as they ask, files byte for byte.</summary>
[Collection(RigSuite.Name)]
public sealed class ClientToolJourneys(RigFixture rig) : IAsyncLifetime
{
    private const string Server = Wire.ServerAddress;
    private const string PoolAddress = @"192\.168\.100\.1[0-9][0-9]";

    /// <summary>A loader of a megabyte: many blocks at every block size.</summary>
    private const string Loader = "ipxe-amd64.efi";

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-client-").FullName;
    private Daemon _daemon = null!;

    private string Received => Path.Combine(_folder, "received");

    public async Task InitializeAsync() => _daemon = await Daemon.StartAsync(rig.Wire, "client-tools");

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Udhcpc_gets_a_lease()
    {
        string output = await rig.Wire.RunOnClientAsync(
            "busybox", "udhcpc", "-i", Wire.ClientInterface, "-f", "-q", "-n", "-s", Repository.Script("tests/rig/print-lease.sh"));
        Assert.Matches($"bound ip={PoolAddress} subnet=255.255.255.0 serverid={Regex.Escape(Server)}", output);
    }

    [Fact]
    public async Task Dhclient_gets_a_lease_and_releases_it()
    {
        string[] files = ["-lf", Path.Combine(_folder, "leases"), "-pf", Path.Combine(_folder, "pid"), "-sf", "/bin/true", "-v"];
        string bound = await rig.Wire.RunOnClientAsync("dhclient", [.. files, "-1", Wire.ClientInterface]);
        string released = await rig.Wire.RunOnClientAsync("dhclient", [.. files, "-r", Wire.ClientInterface]);
        Assert.Matches($"bound to {PoolAddress}", bound);
        Assert.Contains("DHCPRELEASE of", released, StringComparison.Ordinal);
    }

    [Fact]
    public async Task D_09_replies_come_from_the_server_port_of_the_address_that_they_name()
    {
        string output = await rig.Wire.RunOnClientAsync("dotnet", [typeof(DhcpClients).Assembly.Location, .. DhcpClients.ObtainArguments(1, 1)]);
        Assert.Matches($"^[0-9a-f]{{12}} {PoolAddress} {Regex.Escape(Server)}\n$", output);
    }

    [Fact]
    public async Task Dhcping_gets_an_answer_to_its_inform()
    {
        string output = await rig.Wire.RunOnClientAsync(
            "dhcping", "-i", "-s", Server, "-c", Wire.ClientAddress, "-h", "02:70:62:00:00:01", "-t", "5");
        Assert.Contains("Got answer from: " + Server, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perfdhcp_completes_every_exchange_of_fifty_clients()
    {
        string output = await rig.Wire.RunOnClientAsync(
            "perfdhcp", "-4", "-l", Wire.ClientInterface, "-R", "50", "-r", "50", "-n", "200", "-W", "2000000");
        IEnumerable<string> drops = Regex.Matches(output, "^drops: ([0-9]+)", RegexOptions.Multiline).Select(static match => match.Groups[1].Value);
        Assert.Equal(["0", "0"], drops);
    }

    [Fact]
    public async Task D_15_sixty_four_machines_switched_on_at_once_all_get_an_address_and_a_loader()
    {
        string output = await rig.Wire.RunOnClientAsync("dotnet", typeof(DhcpClients).Assembly.Location, "leases", "boot", "1", "64");

        string[][] granted = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' '))];
        Assert.Equal(64, granted.Select(static words => words[0]).Distinct().Count());
        Assert.All(granted, static words => Assert.Equal("shimx64.efi", words[1]));
    }

    [Fact]
    public async Task Tftp_hpa_fetches_byte_for_byte()
    {
        await rig.Wire.RunOnClientAsync("tftp", "-m", "binary", Server, "-c", "get", Loader, Received);
        await AssertIsLoaderAsync();
    }

    [Theory]
    [InlineData("512", "1")]
    [InlineData("1468", "1")]
    [InlineData("512", "8")]
    [InlineData("1468", "8")]
    public async Task Atftp_fetches_byte_for_byte_with_options(string blksize, string windowsize)
    {
        string[] options = ["--option", "blksize " + blksize, "--option", "windowsize " + windowsize];
        await rig.Wire.RunOnClientAsync("atftp", [.. options, "--get", "--remote-file", Loader, "--local-file", Received, Server]);
        await AssertIsLoaderAsync();
    }

    [Fact]
    public async Task Busybox_tftp_fetches_byte_for_byte()
    {
        await rig.Wire.RunOnClientAsync("busybox", "tftp", "-g", "-b", "1400", "-r", Loader, "-l", Received, Server);
        await AssertIsLoaderAsync();
    }

    [Fact]
    public async Task Curl_fetches_by_tftp_byte_for_byte()
    {
        await CurlAsync($"tftp://{Server}/{Loader}");
        await AssertIsLoaderAsync();
    }

    [Fact]
    public async Task Curl_is_told_by_tftp_that_a_file_is_unknown()
    {
        CommandResult result = await HostCommand.TryRunAsync(
            "ip", "netns", "exec", rig.Wire.Client, "curl", "--silent", $"tftp://{Server}/no-such-file");
        // curl(1): 68, file not found on TFTP server
        Assert.Equal(68, result.ExitCode);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(8080)]
    public async Task Curl_fetches_an_image_by_http_byte_for_byte(int port)
    {
        await CurlAsync(ImageUrl(port));
        Assert.Equal(await ImageAsync(), await File.ReadAllBytesAsync(Received));
    }

    [Theory]
    [InlineData("0-0", 0, 1)]
    [InlineData("32768-65535", 32768, 32768)]
    [InlineData("1000000-1000511", 1000000, 512)]
    public async Task Curl_fetches_a_range_by_http(string range, int offset, int length)
    {
        await CurlAsync(ImageUrl(80), "--range", range);
        Assert.Equal((await ImageAsync())[offset..(offset + length)], await File.ReadAllBytesAsync(Received));
    }

    [Fact]
    public async Task Curl_fetches_the_tail_and_the_rest_by_http()
    {
        byte[] image = await ImageAsync();
        await CurlAsync(ImageUrl(80), "--range", "-2048");
        Assert.Equal(image[^2048..], await File.ReadAllBytesAsync(Received));
        await CurlAsync(ImageUrl(80), "--range", "4000000-");
        Assert.Equal(image[4000000..], await File.ReadAllBytesAsync(Received));
    }

    [Fact]
    public async Task Curl_gets_length_and_ranges_by_head()
    {
        string head = await rig.Wire.RunOnClientAsync("curl", "--silent", "--head", ImageUrl(80));
        string length = new FileInfo(SampleLibrary.PathOf(SampleLibrary.GrubRescue)).Length.ToString(CultureInfo.InvariantCulture);
        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Matches($"(?i)content-length: {length}\r", head);
        Assert.Matches("(?i)accept-ranges: bytes\r", head);
    }

    [Fact]
    public async Task Curl_finds_the_service_healthy() =>
        Assert.Equal("OK", (await rig.Wire.RunOnClientAsync("curl", "--silent", "--fail", $"http://{Server}/health")).TrimEnd());

    [Fact]
    public async Task Three_capabilities_are_enough()
    {
        await _daemon.StopAsync();
        await using Daemon confined = await Daemon.StartConfinedAsync(rig.Wire, "confined");
        string lease = await rig.Wire.RunOnClientAsync(
            "busybox", "udhcpc", "-i", Wire.ClientInterface, "-f", "-q", "-n", "-s", Repository.Script("tests/rig/print-lease.sh"));
        Assert.Matches($"bound ip={PoolAddress}", lease);
        await CurlAsync($"tftp://{Server}/{Loader}");
        await AssertIsLoaderAsync();
        Assert.DoesNotContain("WARN", confined.Log.Text, StringComparison.Ordinal);
    }

    private static string ImageUrl(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{Server}:{port}/isos/{SampleLibrary.GrubRescue}");

    private static Task<byte[]> ImageAsync() => File.ReadAllBytesAsync(SampleLibrary.PathOf(SampleLibrary.GrubRescue));

    private Task<string> CurlAsync(string url, params string[] options) =>
        rig.Wire.RunOnClientAsync("curl", ["--silent", "--show-error", "--fail", "--output", Received, .. options, url]);

    private async Task AssertIsLoaderAsync() =>
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Repository.Loaders, Loader)), await File.ReadAllBytesAsync(Received));
}
