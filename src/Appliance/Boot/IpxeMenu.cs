using System.Collections.Immutable;
using System.Globalization;
using Appliance.Boot.Timeline;
using Appliance.Formats.Ipxe;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>Writes the menu as an iPXE script.</summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
public sealed class IpxeMenu(string server, MenuOptions options)
{
    /// <summary>Memory modules that are asked for; a machine with more has enough in eight.</summary>
    private const int Modules = 8;

    /// <summary>
    /// Size of each memory module by SMBIOS (instance.structure 17.offset 12.length 2): distributions build iPXE without
    /// <c>memsize</c> (Debian's 1.21.1 and QEMU's ROM say nothing).
    /// </summary>
    private static readonly string ModuleSizes =
        string.Join('.', Enumerable.Range(0, Modules).Select(static module => $"${{smbios/{module}.17.12.2:hexraw}}"));

    /// <summary>What a machine tells of itself in the name of its menu; what its iPXE does not know is empty.</summary>
    private static readonly string Machine = "${platform}-${buildarch}-${memsize}-${efi/SecureBoot:uint8}-" + ModuleSizes;

    private readonly IpxeBootLines _lines = new(server, Root);
    private readonly IpxeReports _reports = new(server);

    private const string Root = "start";
    private const string Failed = "failed";
    private const string Local = "local";
    private const string Others = "others";
    private const string Search = "search";
    private const string Back = "back";

    /// <summary>
    /// A script for a client that nothing is known about: it asks iPXE itself for the platform, and fetches the menu
    /// that is made for it.
    /// </summary>
    public byte[] WriteDispatch() =>
        new IpxeScript()
            .Line("# The menu for this machine: firmware, memory, Secure Boot. What this iPXE does not know is empty.")
            .Line($"chain --replace {server}/menu/{Machine}.ipxe || goto {Failed}")
            .Label(Failed)
            .Echo("Plugboot: the menu could not be fetched. Is the cable still in?")
            .Line("prompt --timeout 30000 Press a key for the iPXE shell. || exit 1")
            .Line("shell")
            .ToBytes();

    /// <summary>
    /// The script that iPXE under UEFI looks for beside itself before it does anything else. It shows the address that the
    /// firmware got, but has no interface open: every fetch fails as "Network unreachable" until it is opened (iPXE 1.21.1;
    /// journey Uefi_pxe_gets_snponly_and_reaches_the_kernel). Another DHCP exchange is only made where that fails.
    /// </summary>
    public byte[] WriteAutoexec() =>
        new IpxeScript()
            .Line($"isset ${{net0/ip}} && ifopen net0 || dhcp || goto {Failed}")
            .Line($"chain --replace {server}/menu.ipxe || goto {Failed}")
            .Label(Failed)
            .Echo("Plugboot: no address, or no menu. Is the cable in?")
            .Line("shell")
            .ToBytes();

    /// <summary>The menu.</summary>
    /// <param name="root">What it offers.</param>
    /// <param name="machine">The client.</param>
    public byte[] Write(MenuGroup root, ClientMachine machine)
    {
        var script = new IpxeScript();
        var pending = new List<Section>();
        (string Label, MenuEntry Entry)? found = FindDefault(root, "g");
        string defaultLabel = found?.Label ?? Local;

        // Only the first showing starts something by itself: an entry that failed must not be tried for ever.
        script.Line(string.Create(CultureInfo.InvariantCulture, $"set wait {options.Timeout.TotalMilliseconds:0}"));
        _reports.Write(script, "menu");
        script.Label(Root).Menu(options.Title);
        if (found is { } nested && !root.Entries.Contains(nested.Entry))
        {
            // iPXE starts by itself only what the menu that it shows has: an entry inside a group stands here as well.
            script.Item(nested.Label, nested.Entry.Title);
        }

        WriteItems(script, root, "g", pending);
        WriteOthersItem(script, root, pending);
        if (MenuSearch.EntriesOf(root).Any())
        {
            script.Item(Search, "Search by first letters", 'f');
            pending.Add(new Section((s, _) => WriteSearch(s)));
        }

        script.Gap()
            .Item(Local, "Boot from the local disk", 'l')
            .Item("shell", "iPXE shell", 's')
            .Item("reboot", "Reboot", 'r')
            .Line($"choose --default {defaultLabel} --timeout ${{wait}} target && set wait 0 && goto ${{target}} || set wait 0")
            .Goto(Root);

        WritePending(script, pending);
        WriteLocal(script, machine.Firmware);
        script.Label("shell").Line("shell").Goto(Root)
            .Label("reboot").Line("reboot");
        _reports.WriteFailures(script, Root);
        return script.ToBytes();
    }

    /// <summary>What a search has found: a script that runs inside the menu's, and ends where the user goes back to it.</summary>
    /// <param name="found">The entries.</param>
    /// <param name="query">What was looked for.</param>
    public byte[] WriteFound(ImmutableArray<MenuEntry> found, string query)
    {
        var script = new IpxeScript();
        var pending = new List<Section>();
        script.Label(Root).Menu($"{options.Title} - what begins with \"{query}\"");
        WriteItems(script, new MenuGroup("", [], found), "g", pending);
        script.Gap(found.IsEmpty ? "There is none." : "").Item(Back, "Back", 'b').Choose(null, null, Back);
        WritePending(script, pending);
        script.Label(Back).Line("exit 0");
        _reports.WriteFailures(script, Root);
        return script.ToBytes();
    }

    private static void WritePending(IpxeScript script, List<Section> pending)
    {
        for (int i = 0; i < pending.Count; i++)
        {
            pending[i].Write(script, pending);
        }
    }

    /// <summary>
    /// Asks for letters and shows what the box finds. The script that it sends runs inside this one, so that no menu is fetched
    /// again, and with it a boot used up that was set for once.
    /// </summary>
    private void WriteSearch(IpxeScript script) => script.Label(Search)
        .Line("set query ||")
        .Line("echo -n First letters of a name, then Enter:")
        .Line($"read query || goto {Root}")
        .Line($"chain {server}/menu/{Machine}/search/${{query:uristring}}.ipxe || prompt --timeout 10000 Nothing was found: press a key. ||")
        .Goto(Root);

    /// <summary>A part of the script that an item leads to and that is written after the menu.</summary>
    private readonly record struct Section(Action<IpxeScript, List<Section>> Write);

    private void WriteItems(IpxeScript script, MenuGroup group, string label, List<Section> pending)
    {
        for (int i = 0; i < group.Groups.Length; i++)
        {
            MenuGroup child = group.Groups[i];
            string childLabel = $"{label}-{i}";
            script.Item(childLabel, $"{child.Title} >");
            pending.Add(new Section((s, p) => WriteGroup(s, child, childLabel, label == "g" ? Root : label, p)));
        }

        for (int i = 0; i < group.Entries.Length; i++)
        {
            MenuEntry entry = group.Entries[i];
            string entryLabel = $"{label}-i{i}";
            script.Item(entryLabel, entry.Problem is null ? entry.Title : $"{entry.Title} - not here: {entry.Problem}");
            pending.Add(new Section((s, p) => WriteEntry(s, entry, entryLabel, label == "g" ? Root : label)));
        }
    }

    /// <summary>A place for entries that start by themselves and could be started in other ways as well.</summary>
    private void WriteOthersItem(IpxeScript script, MenuGroup root, List<Section> pending)
    {
        List<MenuEntry> entries = [.. MenuSearch.EntriesOf(root).Where(static entry => !entry.OffersChoice && entry.Options.Length > 1)];
        if (entries.Count > 0)
        {
            script.Item(Others, "Other ways of starting >", 'o');
            pending.Add(new Section((s, p) => WriteOthers(s, entries, p)));
        }
    }

    private void WriteOthers(IpxeScript script, List<MenuEntry> entries, List<Section> pending)
    {
        script.Label(Others).Menu($"{options.Title} - other ways of starting");
        for (int i = 0; i < entries.Count; i++)
        {
            MenuEntry entry = entries[i];
            string label = $"{Others}-{i}";
            script.Item(label, $"{entry.Title} >");
            pending.Add(new Section((s, _) => WriteChoice(s.Label(label), entry, label, Others)));
        }

        script.Gap().Item(Root, "Back", 'b').Choose(null, null, Root);
    }

    private void WriteGroup(IpxeScript script, MenuGroup group, string label, string parent, List<Section> pending)
    {
        script.Label(label).Menu($"{options.Title} - {group.Title}");
        WriteItems(script, group, label, pending);
        script.Gap().Item(parent, "Back", 'b').Choose(null, null, parent);
    }

    private void WriteEntry(IpxeScript script, MenuEntry entry, string label, string parent)
    {
        script.Label(label);
        if (entry.Problem is not null)
        {
            script.Echo($"{entry.Title} cannot be started on this machine: {entry.Problem}.")
                .Line($"prompt --timeout 20000 Press a key to go back. || goto {parent}")
                .Goto(parent);
        }
        else if (entry.OffersChoice)
        {
            WriteChoice(script, entry, label, parent);
        }
        else
        {
            WriteOption(script, entry, entry.Options[0]);
        }
    }

    /// <summary>Lets the user choose; the first way is taken by itself where the whole menu was left to itself.</summary>
    private void WriteChoice(IpxeScript script, MenuEntry entry, string label, string parent)
    {
        script.Menu($"{entry.Title} - how?");
        for (int i = 0; i < entry.Options.Length; i++)
        {
            script.Item($"{label}-{i}", MenuModel.Describe(entry.Options[i]));
        }

        script.Gap().Item(parent, "Back", 'b').Choose($"{label}-0", options.Timeout > TimeSpan.Zero ? options.Timeout : null, parent);
        for (int i = 0; i < entry.Options.Length; i++)
        {
            script.Label($"{label}-{i}");
            WriteOption(script, entry, entry.Options[i]);
        }
    }

    private void WriteOption(IpxeScript script, MenuEntry entry, BootOption option) =>
        _lines.Write(script, entry.Title, option, BootChoice.TokenOf(entry.Id, option.Key));

    /// <summary>The disk: BIOS firmware cannot go on to the next entry once iPXE runs, UEFI firmware does.</summary>
    private void WriteLocal(IpxeScript script, ClientFirmware firmware)
    {
        script.Label(Local).Echo("Booting from the local disk ...");
        _reports.Write(script.Line($"set way {Local}"), Local);
        script.Line(firmware is ClientFirmware.Bios ? $"sanboot --no-describe --drive 0x80 || goto {IpxeReports.LabelOf(BootFailure.Disc)}" : "exit 1");
    }

    /// <summary>The entry that the settings name as the default, with its label, or null.</summary>
    private (string Label, MenuEntry Entry)? FindDefault(MenuGroup group, string label)
    {
        for (int i = 0; i < group.Entries.Length; i++)
        {
            if (group.Entries[i].Problem is null && options.IsDefault(group.Entries[i].Id))
            {
                return ($"{label}-i{i}", group.Entries[i]);
            }
        }

        for (int i = 0; i < group.Groups.Length; i++)
        {
            if (FindDefault(group.Groups[i], $"{label}-{i}") is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
