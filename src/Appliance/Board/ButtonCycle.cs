using System.Collections.Immutable;
using Appliance.Options;

namespace Appliance.Board;

/// <summary>What comes next when the button is pressed. Pure.</summary>
internal static class ButtonCycle
{
    /// <summary>The menu's entry for the PC's own disk.</summary>
    public const string LocalDisk = "local";

    /// <summary>The settings that a reset takes back to their defaults.</summary>
    public static readonly ImmutableArray<string> NetworkSettings =
        ["interface", "address", "dhcp-mode", "dhcp-force", "dhcp-pool", "dhcp-router", "dhcp-dns-server", "dhcp-domain-name"];

    /// <summary>In this order, from 1; a mode that is not among them leads to the first.</summary>
    private static readonly ImmutableArray<DhcpMode> Modes = [DhcpMode.Auto, DhcpMode.Server, DhcpMode.Proxy];

    public static DhcpMode Next(DhcpMode mode) => Modes[(Modes.IndexOf(mode) + 1) % Modes.Length];

    public static int NumberOf(DhcpMode mode) => Modes.IndexOf(mode) + 1;

    /// <summary>
    /// The entry that starts by itself from now on: the local disk after an image; after the local disk the image of the
    /// settings, else the first of the menu, and the local disk again where there is none.
    /// </summary>
    /// <param name="current">The entry that does now.</param>
    /// <param name="configured">The one of the settings.</param>
    /// <param name="images">Those of the menu.</param>
    public static string NextDefault(string current, string configured, IEnumerable<string> images) =>
        current != LocalDisk ? LocalDisk
        : configured != LocalDisk ? configured
        : images.FirstOrDefault() ?? LocalDisk;
}
