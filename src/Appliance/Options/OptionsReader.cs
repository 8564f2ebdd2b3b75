using System.Net;

namespace Appliance.Options;

/// <summary>Values to options: applies every value in order and reports all mistakes at once.</summary>
public static class OptionsReader
{
    /// <summary>
    /// Applies the values (later ones win) to the defaults and checks the whole. The result is usable only when no
    /// mistake was added.
    /// </summary>
    public static ApplianceOptions Read(IEnumerable<SettingValue> values, List<string> mistakes)
    {
        var options = new ApplianceOptions();
        foreach (SettingValue value in values)
        {
            Setting? setting = Settings.All.FirstOrDefault(candidate => candidate.Name == value.Name);
            if (setting is null)
            {
                string? meant = Nearest(value.Name);
                string hint = meant is null ? "see plugboot --help for the list" : $"did you mean {meant}?";
                mistakes.Add($"{value.Where}: there is no setting '{Printable.Text(value.Name)}'; {hint}");
                continue;
            }

            try
            {
                options = setting.Apply(options, value.Value);
            }
            catch (SettingValueException mistake)
            {
                mistakes.Add($"{value.Where}: {setting.Name} = '{Printable.Text(value.Value)}': {mistake.Message}");
            }
        }

        if (mistakes.Count == 0)
        {
            Validate(options, mistakes);
        }

        return options;
    }

    /// <summary>Checks what no single setting can see.</summary>
    private static void Validate(ApplianceOptions options, List<string> mistakes)
    {
        uint mask = uint.MaxValue << (32 - options.Network.PrefixLength);
        uint own = SettingText.ToUInt32(options.Network.Address);
        uint start = SettingText.ToUInt32(options.Dhcp.PoolStart);
        uint end = SettingText.ToUInt32(options.Dhcp.PoolEnd);
        string subnet = $"{new IPAddress(ToBytes(own & mask))}/{options.Network.PrefixLength}";

        if ((own & ~mask) == 0 || (own & ~mask) == ~mask)
        {
            mistakes.Add($"address: {options.Network.Address} is the network or broadcast address of {subnet}; take one in between");
        }

        if (options.Network is { AddressByDhcp: true, Interface: null })
        {
            mistakes.Add("address: dhcp needs to know on which interface; set interface too");
        }
        else if (options.Network.AddressByDhcp && options.Dhcp.Mode is DhcpMode.Server)
        {
            mistakes.Add("address: dhcp does not go with dhcp-mode = server, because then there is another server; take auto, or a fixed address");
        }

        if (options.Dhcp.Mode is DhcpMode.Server or DhcpMode.Auto)
        {
            if (start > end)
            {
                mistakes.Add($"dhcp-pool: {options.Dhcp.PoolStart} comes after {options.Dhcp.PoolEnd}; the lower address comes first");
            }
            else if ((start & mask) != (own & mask) || (end & mask) != (own & mask) || (start & ~mask) == 0 || (end & ~mask) == ~mask)
            {
                mistakes.Add($"dhcp-pool: {options.Dhcp.PoolStart}-{options.Dhcp.PoolEnd} does not lie inside {subnet}; change dhcp-pool or address");
            }
            else if (own >= start && own <= end)
            {
                mistakes.Add($"dhcp-pool: holds our own address {options.Network.Address}; leave it out");
            }
            else if (end - start >= 65536)
            {
                mistakes.Add("dhcp-pool: holds more than 65536 addresses; make it smaller");
            }
        }

        DhcpHostsCheck.Validate(options, mistakes);
        if (options.Dhcp.ServerPort == options.Tftp.Port)
        {
            mistakes.Add($"tftp-port: {options.Tftp.Port} is the DHCP server's port too; change one");
        }

        if (options.Nbd.Enabled && options.Http.Ports.Contains(options.Nbd.Port))
        {
            mistakes.Add($"nbd-port: {options.Nbd.Port} is one of the HTTP server's ports too; change one");
        }
    }

    private static byte[] ToBytes(uint address) =>
        [(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address];

    /// <summary>The setting that differs in at most three letters, or null.</summary>
    private static string? Nearest(string name) =>
        Settings.All.Select(setting => (setting.Name, Distance: Distance(setting.Name, name)))
            .Where(static candidate => candidate.Distance <= 3)
            .OrderBy(static candidate => candidate.Distance)
            .Select(static candidate => candidate.Name)
            .FirstOrDefault();

    /// <summary>Levenshtein distance.</summary>
    private static int Distance(string left, string right)
    {
        if (right.Length > 64)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
