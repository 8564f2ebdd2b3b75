using System.Text;
using Appliance.Boot;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>
/// The founding documents' rows about distributions (S113 to S143, as corrected by what the distributions really do), each with
/// an image that shows it and the words of the boot line that it comes to.
/// </summary>
public sealed class FoundingRowsTests : IDisposable
{
    private const string S = "http://192.168.100.1";

    private static readonly BootServices Services = new(S)
    {
        HasLoader = static _ => true,
        SlimLength = static image => image.Id == "ubuntu-24.04-desktop" ? image.Length / 2 : null,
    };

    /// <summary>Row, what it asks for, image, way, words of the line; <c>@</c> is the image.</summary>
    private static readonly (string Row, string What, string Tree, string Way, string Words)[] Rows =
    [
        ("S113, S132, S137", "Ubuntu desktop, without a copy of the image (casper has no fetch=)", "ubuntu-24.04-desktop", "nfs", "boot=casper netboot=nfs nfsroot=192.168.100.1:/boot/@"),
        ("S113, S130", "Ubuntu desktop, a slim image instead of the whole", "ubuntu-24.04-desktop", "slim", $"boot=casper ip=dhcp iso-url={S}/slim/@.iso"),
        ("S114, S129, S131", "Ubuntu desktop, the whole image once", "ubuntu-24.04-desktop", "iso-url", $"iso-url={S}/isos/@.iso cloud-config-url=/dev/null rootfstype=ramfs"),
        ("S114, S131", "Ubuntu of before 24.04, the whole image", "ubuntu-22.04.2-desktop", "url", $"url={S}/isos/@.iso"),
        ("S115, S128, S138", "Ubuntu Server is a casper system", "ubuntu-24.04-live-server", "nfs", "boot=casper netboot=nfs"),
        ("S115, S128, S138", "the same for 64-bit ARM", "ubuntu-24.04-live-server-arm64", "nfs", "boot=casper netboot=nfs"),
        ("S116, S122, S126, S135", "Debian installer, netboot flavour", "debian-12-netboot-text", "installer", "---"),
        ("S119, S126, S135", "Debian installer on a disc, by content and not by size", "debian-12.7.0-netinst", "installer", "---"),
        ("S117, S133", "Arch Linux", "arch-2026.03.01-releng", "http", $"archisobasedir=arch archiso_http_srv={S}/boot/@/"),
        ("S118, S134", "Fedora installer", "fedora-41-server-dvd", "repo", $"inst.repo={S}/boot/@"),
        ("S118, S134", "Fedora installer without packages", "fedora-41-everything-netinst", "stage2", $"inst.stage2={S}/boot/@"),
        ("S134", "Fedora Workstation", "fedora-41-workstation-live", "squashfs", $"root=live:{S}/boot/@/LiveOS/squashfs.img"),
        ("S134", "Fedora Workstation of kiwi's layout", "fedora-44-workstation-live", "squashfs", $"root=live:{S}/boot/@/LiveOS/"),
        ("S134", "Rocky Linux", "rocky-9.0-dvd", "repo", $"inst.repo={S}/boot/@"),
        ("S136", "Debian live", "debian-13.4-live-gnome", "fetch", $"boot=live components fetch={S}/boot/@/live/filesystem.squashfs"),
        ("S139", "Pop!_OS", "pop-os-22.04-intel", "nfs", "live-media-path=/casper_pop-os_22.04_amd64_intel_debug_47 netboot=nfs"),
        ("S140", "TrueNAS SCALE", "truenas-scale", "fetch", $"boot=live fetch={S}/isos/@.iso"),
        ("S141", "Proxmox VE", "proxmox-ve-9.0", "inject", "ramdisk_size=16777216"),
        ("S142", "openSUSE with YaST", "opensuse-leap-15-dvd", "install", $"install={S}/boot/@ netsetup=dhcp"),
        ("S142", "openSUSE with Agama", "opensuse-leap-16.0-offline", "squashfs-repo", $"root=live:{S}/boot/@/LiveOS/squashfs.img"),
    ];

    /// <summary>Rows that no boot line shows, with the test that does.</summary>
    private static readonly (string Row, string What, string Test)[] Others =
    [
        ("S120, S121, S123, S124", "netboot files are offered and downloaded", "`DownloadTests`"),
        ("S127", "Ubuntu Server of before casper", "`VariantTests`: Ubuntu-Server 18.04"),
        ("S129, S147", "an image that is downloaded several times is told so", "`BootDiagnosisTests`, `BootLearnerTests`"),
        ("S143", "NixOS: its netboot files in a folder", "`ImageLibraryTests`: A_folder_of_netboot_files_is_one_image_of_its_name"),
    ];

    private readonly TestFolder _folder = new();

    public static TheoryData<string, string, string> Lines
    {
        get
        {
            var lines = new TheoryData<string, string, string>();
            foreach ((_, _, string tree, string way, string words) in Rows)
            {
                lines.Add(tree, way, words.Replace("@", tree, StringComparison.Ordinal));
            }

            return lines;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_founding_row_comes_to_this_boot_line(string tree, string way, string words)
    {
        BootPlan plan = new BootPlanner(Services, SampleProfiles.Shipped).Plan(TreeImage.Read(tree).Build(_folder));
        string[] lines = [.. plan.Options.Where(option => option.Id == way && !option.IsAlternative).Select(static option => ((LinuxBootLine)option.Line).Parameters)];
        Assert.Contains(lines, line => $" {line} ".Contains($" {words}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_founding_rows_in_the_documentation_is_true()
    {
        var table = new StringBuilder("""
            # The founding documents' distributions

            Written by a test (`FoundingRowsTests`; `PLUGBOOT_WRITE_GOLDEN=1` writes it again), which builds each image out of its list in
            `tests/testdata/images/trees` and looks for these words in its boot line; the whole lines are in `tests/testdata/plans`.

            | Row | What | Image | Way | Words of its line |
            | --- | --- | --- | --- | --- |

            """);
        foreach ((string row, string what, string tree, string way, string words) in Rows)
        {
            table.Append($"| {row} | {what} | {tree} | {way} | `{words.Replace("@", tree, StringComparison.Ordinal)}` |\n");
        }

        table.Append("\n| Row | What | Shown by |\n| --- | --- | --- |\n");
        foreach ((string row, string what, string test) in Others)
        {
            table.Append($"| {row} | {what} | {test} |\n");
        }

        TestData.AssertGolden("docs/founding-rows.md", table.ToString());
    }
}
