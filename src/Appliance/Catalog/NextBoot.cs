using System.Net.NetworkInformation;

namespace Appliance.Catalog;

/// <summary>What one machine starts by itself instead of what the settings say.</summary>
/// <param name="Mac">Which machine.</param>
/// <param name="Entry">Name of the menu entry: an image's, or <c>local</c>.</param>
/// <param name="Once">Whether only its next boot; else each until it is changed.</param>
public sealed record NextBoot(PhysicalAddress Mac, string Entry, bool Once);
