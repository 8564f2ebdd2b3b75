using System.Net;
using System.Net.Sockets;
using Appliance.Doctor;
using Appliance.Options;

namespace Appliance.Tests.Doctor;

public sealed class DoctorChecksTests : IDisposable
{
    private readonly string _media = Directory.CreateTempSubdirectory("plugboot-doctor-").FullName;

    [Fact]
    public void Everything_that_is_wrong_is_named_with_its_remedy()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        DoctorCheck[] checks = Run(new ApplianceOptions { Tftp = new TftpOptions { Port = port } });

        DoctorCheck tftp = checks.Single(check => check.Subject == $"UDP port {port}");
        Assert.Equal(DoctorVerdict.Problem, tftp.Verdict);
        Assert.Contains($"(process {Environment.ProcessId})", tftp.Finding, StringComparison.Ordinal);
        Assert.Contains("change tftp-port", tftp.Remedy, StringComparison.Ordinal);

        DoctorCheck loaders = checks.Single(static check => check.Subject == "loaders");
        Assert.Contains("missing: undionly.kpxe or ipxe.pxe, snponly-shimx64.efi or shimx64.efi or snponly.efi or ipxe-amd64.efi, ", loaders.Finding, StringComparison.Ordinal);
        Assert.Contains("make loaders", loaders.Remedy, StringComparison.Ordinal);
        Assert.Contains("does not exist", checks.Single(static check => check.Subject == "media").Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_on_no_interface_is_a_problem_with_the_command_that_helps()
    {
        DoctorCheck[] checks = Run(new ApplianceOptions { Network = new NetworkOptions { Address = IPAddress.Parse("203.0.113.7") } });
        DoctorCheck address = checks.Single(static check => check.Subject == "address");
        Assert.Equal(DoctorVerdict.Problem, address.Verdict);
        Assert.StartsWith("give it to one, such as: ip address add 203.0.113.7/24 dev ", address.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_where_all_is_well_is_ready()
    {
        foreach (string loader in new LoaderOptions().Lists.Select(static names => names[^1]))
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_media, "loaders")).FullName, loader), "x");
        }

        Directory.CreateDirectory(Path.Combine(_media, "isos"));
        DoctorCheck[] checks = Run(new ApplianceOptions());
        Assert.DoesNotContain(checks, static check => check.Verdict is DoctorVerdict.Problem);
        using var output = new StringWriter();
        Assert.Equal(0, DoctorReport.Print(checks, output));
        Assert.EndsWith("Ready to serve.\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_folder_that_cannot_be_written_is_named_and_one_that_can_is_well()
    {
        string file = Path.Combine(_media, "file");
        File.WriteAllText(file, "");

        DoctorCheck missing = State(file);
        Assert.Equal(DoctorVerdict.Warning, missing.Verdict);
        Assert.Contains(file, missing.Finding, StringComparison.Ordinal);
        Assert.Equal(DoctorVerdict.Ok, State(_media).Verdict);
        Assert.False(File.Exists(Path.Combine(_media, ".doctor")));
    }

    public void Dispose() => Directory.Delete(_media, recursive: true);

    private DoctorCheck State(string folder) =>
        Run(new ApplianceOptions { Storage = new StorageOptions { State = folder } }).Single(static check => check.Subject == "state");

    /// <summary>Runs the checks on loopback with free ports, unless the test has set others.</summary>
    private DoctorCheck[] Run(ApplianceOptions options) => [.. new DoctorChecks(options with
    {
        Network = options.Network.Address.Equals(new NetworkOptions().Address)
            ? options.Network with { Address = IPAddress.Loopback, PrefixLength = 8 }
            : options.Network,
        Dhcp = options.Dhcp with { ServerPort = FreePort(), BootServerPort = FreePort() },
        Tftp = options.Tftp.Port == new TftpOptions().Port ? options.Tftp with { Port = FreePort() } : options.Tftp,
        Http = options.Http with { Ports = [FreePort()] },
        Storage = options.Storage with { Media = _media, Loaders = Path.Combine(_media, "none"), State = options.Storage.State == new StorageOptions().State ? _media : options.Storage.State },
    }).Run()];

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
