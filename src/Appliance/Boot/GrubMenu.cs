using System.Collections.Immutable;
using System.Globalization;
using Appliance.Boot.Timeline;
using Appliance.Formats.Grub;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// Writes the menu as a GRUB script: what a PC with Secure Boot shows, because its firmware starts only what is signed,
/// and of what came with the program that is shim with GRUB behind it.
/// </summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
public sealed class GrubMenu(string server, MenuOptions options)
{
    private const string Local = "local";

    /// <summary>The iPXE that GRUB goes on to where Secure Boot is off: it has more to offer.</summary>
    private static readonly ImmutableArray<(string Cpu, string Program)> Ipxe = [("x86_64", "snponly.efi"), ("arm64", "ipxe-arm64.efi")];

    /// <summary>
    /// Where disks keep the loaders of installed systems. A list, because GRUB's <c>exit</c> tells the firmware that all is
    /// well, and UEFI firmware then goes to its setup instead of the next entry (UEFI 2.10 §3.1.1).
    /// </summary>
    private static readonly ImmutableArray<string> LocalLoaders =
        ["/EFI/Microsoft/Boot/bootmgfw.efi", "/EFI/debian/shimx64.efi", "/EFI/ubuntu/shimx64.efi", "/EFI/fedora/shimx64.efi",
         "/EFI/BOOT/BOOTX64.EFI", "/EFI/debian/shimaa64.efi", "/EFI/BOOT/BOOTAA64.EFI"];

    /// <summary>GRUB's name of the server: by HTTP, because its TFTP asks for one block at a time.</summary>
    private readonly string _device = $"(http,{new Uri(server).Authority})";

    /// <summary>
    /// The script that GRUB looks for. With Secure Boot it shows what is signed; without, it goes on to iPXE, and where
    /// that does not start shows all that GRUB itself can. After HTTP boot iPXE cannot be started: Debian's GRUB 2.12 then
    /// uses the firmware's network, finds no route of its own for the program's device ("destination unreachable") and
    /// starts none (journey Uefi_http_boot_gets_shim_whose_grub_shows_its_menu). All of it comes from where GRUB came from,
    /// after PXE by TFTP: GRUB's first HTTP connection always has port 21550, and a PC that was reset while it had one is not
    /// answered on that port for a minute or two (journey Uefi_starts_memtest_as_a_program, after another PC's).
    /// </summary>
    public byte[] WriteDispatch()
    {
        // GRUB sets lockdown to y when the firmware enforces Secure Boot (grub-core/kern/lockdown.c).
        GrubScript script = new GrubScript()
            .If("[ \"$lockdown\" = y ]").Line("configfile ($root)/grub/secure-$grub_cpu.cfg").EndIf()
            .If("[ \"$grub_netfs_type\" != efi ]");
        foreach ((string cpu, string program) in Ipxe)
        {
            script.If($"[ \"$grub_cpu\" = {cpu} ]")
                .Echo($"Secure Boot is off: going on to {program} ...")
                .If($"chainloader ($root)/{program}").Line("boot").EndIf()
                .EndIf();
        }

        return script.EndIf()
            .Line("configfile ($root)/grub/menu-$grub_cpu.cfg")
            .ToBytes();
    }

    /// <summary>Why GRUB cannot start this, or null when it can.</summary>
    public static string? Refuses(BootLine line) =>
        line is LinuxBootLine or EfiProgramBootLine ? null : "it needs iPXE: let the PC boot by PXE, or name snponly.efi as its loader";

    /// <summary>The menu.</summary>
    /// <param name="root">What it offers.</param>
    public byte[] Write(MenuGroup root)
    {
        var script = new GrubScript();
        script.Line(string.Create(CultureInfo.InvariantCulture, $"set timeout={(options.Timeout > TimeSpan.Zero ? Math.Ceiling(options.Timeout.TotalSeconds) : -1):0}"))
            .Line($"set default={GrubText.Quote(FindDefault(root, "g") ?? Local)}");
        WriteFunctions(script);
        WriteGroup(script, root, "g");
        WriteLocal(script);
        return script
            .Entry("setup", "The firmware's setup").Line("fwsetup").End()
            .Entry("reboot", "Reboot", 'r').Line("reboot").End()
            .ToBytes();
    }

    /// <summary>
    /// What entries report (<see cref="BootReports"/>), and what they say where a step fails. The menu itself reports nothing:
    /// that it was fetched tells as much, and it must not wait for one connection more.
    /// </summary>
    private void WriteFunctions(GrubScript script) => script
        .Function("report").Line($"source {_device}{BootReports.Path}/$1").End()
        .Function("failed").Line("echo \"That did not work: $3\"").Line("report \"failed/$1/$2-grub\"").Line("sleep --interruptible 20").End();

    private void WriteGroup(GrubScript script, MenuGroup group, string id)
    {
        for (int i = 0; i < group.Groups.Length; i++)
        {
            script.Submenu($"{id}-{i}", $"{group.Groups[i].Title} >");
            WriteGroup(script, group.Groups[i], $"{id}-{i}");
            script.End();
        }

        for (int i = 0; i < group.Entries.Length; i++)
        {
            WriteEntry(script, group.Entries[i], $"{id}-i{i}");
        }
    }

    private void WriteEntry(GrubScript script, MenuEntry entry, string id)
    {
        if (entry.Problem is not null)
        {
            script.Entry(id, $"{entry.Title} - not here: {entry.Problem}")
                .Echo($"{entry.Title} cannot be started on this machine: {entry.Problem}.")
                .Line("sleep --interruptible 20").End();
        }
        else if (entry.OffersChoice)
        {
            script.Submenu(id, entry.Title);
            for (int i = 0; i < entry.Options.Length; i++)
            {
                WriteOption(script, $"{id}-{i}", entry.Options[i].Title, entry, entry.Options[i]);
            }

            script.End();
        }
        else
        {
            WriteOption(script, id, entry.Title, entry, entry.Options[0]);
        }
    }

    private void WriteOption(GrubScript script, string id, string title, MenuEntry entry, BootOption option)
    {
        string token = BootChoice.TokenOf(entry.Id, option.Key);
        script.Entry(id, title).Echo($"Starting {title} ...").Line($"report chosen/{token}");
        switch (option.Line)
        {
            case LinuxBootLine linux:
                WriteLinux(script, linux, token);
                break;
            case EfiProgramBootLine program:
                script.If($"chainloader {Path(program.Program)}").Line($"report loaded/{token}");
                WriteElse(script, token, BootFailure.Start);
                break;
            default:
                throw new InvalidOperationException($"GRUB cannot start a {option.Line.GetType().Name}: leave it out of the menu");
        }

        script.End();
    }

    private void WriteLinux(GrubScript script, LinuxBootLine linux, string token)
    {
        // GRUB writes the card's address with colons, PXELINUX with dashes; dracut, live-boot and casper read both.
        string card = linux.TellsInterface ? " BOOTIF=01-$net_default_mac" : "";
        script.If($"linux {Path(linux.Kernel)}{card} {GrubText.Parameters(linux.Parameters)}".TrimEnd());
        string[] files = [.. linux.Initrds.Select(Path), .. linux.Files.Select(file => $"newc:{GrubText.Quote(file.Name)}:{Path(file.Path)}")];
        if (files.Length > 0)
        {
            script.If($"initrd {string.Join(' ', files)}").Line($"report loaded/{token}");
            WriteElse(script, token, BootFailure.RamDisk);
        }
        else
        {
            script.Line($"report loaded/{token}");
        }

        WriteElse(script, token, BootFailure.Kernel);
    }

    /// <summary>Ends a block with what is said where its command failed.</summary>
    private static void WriteElse(GrubScript script, string token, string part)
    {
        (_, string text, string remedy) = BootFailure.Parts.First(item => item.Part == part);
        script.Else().Line($"failed {token} {part} {GrubText.Quote($"{text}. Try: {remedy}.")}");
        if (part == BootFailure.RamDisk)
        {
            // GRUB keeps the kernel, and would start it without its RAM disk as soon as the entry ends.
            script.Line("reboot");
        }

        script.EndIf();
    }

    private static void WriteLocal(GrubScript script)
    {
        script.Entry(Local, "Boot from the local disk", 'l');
        foreach (string loader in LocalLoaders)
        {
            script.If($"search --no-floppy --set=disk --file {loader}").If($"chainloader ($disk){loader}").Line("boot").EndIf().EndIf();
        }

        script.Echo("No loader of an installed system was found on the disks: going back to the firmware.")
            .Line("exit").End();
    }

    /// <summary>The identifier of the entry that the settings name, with those of its menus before it; null for none.</summary>
    private string? FindDefault(MenuGroup group, string id)
    {
        for (int i = 0; i < group.Entries.Length; i++)
        {
            if (group.Entries[i].Problem is null && options.IsDefault(group.Entries[i].Id))
            {
                return group.Entries[i].OffersChoice ? $"{id}-i{i}>{id}-i{i}-0" : $"{id}-i{i}";
            }
        }

        for (int i = 0; i < group.Groups.Length; i++)
        {
            if (FindDefault(group.Groups[i], $"{id}-{i}") is { } found)
            {
                return $"{id}-{i}>{found}";
            }
        }

        return null;
    }

    private string Path(string path) => GrubText.HttpPath(_device, path);
}
