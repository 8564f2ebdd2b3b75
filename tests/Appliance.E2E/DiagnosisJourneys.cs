using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Boots that fail, played on a real wire by scripted clients, and what the daemon says of each: what happened, and what to try. With
/// real firmware: FirmwareJourneys.Secure_boot_that_refuses_a_loader_is_told_in_words.
/// </summary>
[Collection(RigSuite.Name)]
[Trait("Suite", "all")]
public sealed class DiagnosisJourneys(DiagnosisJourneys.Stories stories) : IClassFixture<DiagnosisJourneys.Stories>
{
    /// <summary>Firmware's silence, the narrator's interval, and a busy machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("shim", @"loaded shim, then stopped: .*2023\)\. Try: allow the")]
    [InlineData("grub", @"loaded GRUB and never asked for its menu: .* Try: update")]
    [InlineData("grub-ipxe", @"loaded snponly\.efi, which never came up: .* Try: name another loader, such as ipxe-amd64")]
    [InlineData("bios-loader", @"loaded undionly\.kpxe, which never came up: the ROM .* Try: name another loader by loader-bios, such as ipxe\.pxe")]
    [InlineData("ipxe-cut-off", @"iPXE got its address and never asked for the menu: .* Try: connect it to this box directly")]
    [InlineData("offers-ignored", @"asked for an address 3 times and took none of those offered: .* Try: check the switch .*and for other DHCP servers")]
    [InlineData("foreign-server", @"took its address from another DHCP server, 10\.0\.0\.1, which .* Try: take the other server off")]
    [InlineData("no-loader", @"asks to boot, and there is no loader for it\. Try: 32-bit UEFI has no loader: put an ia32 iPXE")]
    [InlineData("tftp-blocked", @"got the address 192\.168\.100\.[0-9]+ and was told to load shimx64\.efi, and never asked for it: TFTP \(UDP port 69\) does not get through\. Try: ")]
    [InlineData("http-blocked", @"got the address 192\.168\.100\.[0-9]+ and was told to load http://192\.168\.100\.1/shimx64\.efi, and never asked for it: HTTP \(TCP port 80\) .* Try: ")]
    [InlineData("too-little-memory", @"gave up /boot/debian-12-amd64-netinst/install\.amd/initrd\.gz after [0-9.]+ MB of 40\.8 MB: it has too little memory .* Try: ")]
    [InlineData("file-missing", @"asked for /boot/debian-12-amd64-netinst/live/none\.squashfs, which is not in the image, and stopped\. Try: ")]
    [InlineData("S147-image-thrice", @"downloaded /isos/tools/grub-rescue\.iso 3 times: .* Try: choose the way of booting that reads over the network \(NFS\)")]
    [InlineData("loader-loops", @"has been told to load shimx64\.efi 3 times in a row and starts over each time: .* Try: name another loader")]
    public Task A_boot_that_stops_is_told_with_what_to_try(string story, string words) =>
        stories.Daemon.Log.WaitForAsync($"boot {Stories.MacOf(story)}: {words}", Deadline);

    /// <summary>One daemon, before which all stories are played, each by a machine of its own.</summary>
    public sealed class Stories(RigFixture rig) : IAsyncLifetime
    {
        private const string Menu = "http/menu.ipxe";
        private const string Inside = "http/boot/debian-12-amd64-netinst/";
        private const string Image = "http/isos/tools/grub-rescue.iso";

        /// <summary>Architecture, then the steps: those of <see cref="DhcpStory"/>, and files by tftp/ or http/.</summary>
        private static readonly (string Name, int Architecture, string[] Steps)[] All =
        [
            ("shim", 7, ["grant", "tftp/shimx64.efi"]),
            ("grub", 7, ["grant", "tftp/shimx64.efi", "tftp/grubx64.efi"]),
            ("grub-ipxe", 7, ["grant", "tftp/shimx64.efi", "tftp/grubx64.efi", "tftp/grub/grub.cfg", "tftp/snponly.efi"]),
            ("bios-loader", 0, ["grant", "tftp/undionly.kpxe"]),
            ("ipxe-cut-off", 0, ["grant", "tftp/undionly.kpxe", "ipxe grant"]),
            ("offers-ignored", 0, ["discover discover discover"]),
            ("foreign-server", 0, ["discover other"]),
            ("no-loader", 6, ["discover"]),
            ("tftp-blocked", 7, ["grant"]),
            ("http-blocked", 16, ["grant"]),
            ("too-little-memory", 0, ["ipxe grant", Menu, Inside + "install.amd/vmlinuz", "stop/boot/debian-12-amd64-netinst/install.amd/initrd.gz"]),
            ("file-missing", 0, ["ipxe grant", Menu, Inside + "install.amd/vmlinuz", Inside + "live/none.squashfs"]),
            ("S147-image-thrice", 0, ["ipxe grant", Menu, Image, Image, Image]),
            ("loader-loops", 7, ["grant", "tftp/shimx64.efi", "grant", "tftp/shimx64.efi", "grant", "tftp/shimx64.efi"]),
        ];

        private readonly HashSet<string> _addresses = [];

        internal Daemon Daemon { get; private set; } = null!;

        public static string MacOf(string story) => $"02:70:62:00:00:{NumberOf(story):x2}";

        public async Task InitializeAsync()
        {
            Daemon = await Daemon.StartAsync(rig.Wire, "stories");
            foreach ((string name, int architecture, string[] steps) in All)
            {
                string address = "none";
                foreach (string step in steps)
                {
                    if (step.Contains('/', StringComparison.Ordinal))
                    {
                        await FetchAsync(address, step);
                    }
                    else
                    {
                        address = await PlayAsync(NumberOf(name), architecture, step);
                    }
                }
            }
        }

        public async Task DisposeAsync()
        {
            foreach (string address in _addresses)
            {
                await rig.Wire.TakeFromClientAsync(address + "/24");
            }

            await Daemon.DisposeAsync();
        }

        private static int NumberOf(string story) => 0x40 + Array.FindIndex(All, item => item.Name == story);

        private async Task<string> PlayAsync(int number, int architecture, string steps)
        {
            string output = await rig.Wire.RunOnClientAsync(
                "dotnet", [typeof(DhcpStory).Assembly.Location, "leases", .. DhcpStory.Arguments(number, architecture, steps.Split(' '))]);
            string address = output.Trim();
            if (Regex.IsMatch(address, "^[0-9.]+$") && _addresses.Add(address))
            {
                await rig.Wire.GiveClientAsync(address + "/24");
            }

            return address;
        }

        /// <summary>Whether it gets the file is the story's affair.</summary>
        private Task FetchAsync(string from, string step)
        {
            (string scheme, string path) = (step[..step.IndexOf('/', StringComparison.Ordinal)], step[step.IndexOf('/', StringComparison.Ordinal)..]);
            string[] limits = scheme == "stop" ? ["--limit-rate", "2M", "--max-time", "3"] : [];
            string url = $"{(scheme == "tftp" ? "tftp" : "http")}://{Wire.ServerAddress}{path}";
            return HostCommand.TryRunAsync(
                "ip", ["netns", "exec", rig.Wire.Client, "curl", "--silent", "--interface", from, "--output", "/dev/null", .. limits, url]);
        }
    }
}
