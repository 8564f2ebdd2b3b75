using System.Collections.Immutable;
using System.Net.NetworkInformation;

namespace Appliance.Catalog;

/// <summary>How one way of starting an image went on one machine, the last time.</summary>
/// <param name="Image">Id of the image.</param>
/// <param name="Way">Name of the way, unique in the image's plan.</param>
/// <param name="Worked">Whether its system came up.</param>
public sealed record TriedWay(string Image, string Way, bool Worked);

/// <summary>What is remembered of one machine; never changes.</summary>
/// <param name="Mac">Its Ethernet address.</param>
public sealed record MachineRecord(PhysicalAddress Mac)
{
    /// <summary>Ways that are remembered; who tries more has a machine on a bench, where the latest matter.</summary>
    public const int MaximumWays = 32;

    /// <summary>Longest name that is remembered, in characters: the longest of a path in the folder of images.</summary>
    public const int MaximumName = 1024;

    /// <summary>The loader that it is given because those before it did not come up; null: the first of its list.</summary>
    public string? Loader { get; init; }

    /// <summary>The menu entry that its owner made its default; null: the settings'.</summary>
    public string? DefaultEntry { get; init; }

    /// <summary>The latest first; each way of an image once.</summary>
    public ImmutableArray<TriedWay> Ways { get; init; } = [];

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>With the outcome of one more boot.</summary>
    public MachineRecord With(TriedWay tried) => this with
    {
        Ways = [tried, .. Ways.Where(way => way.Image != tried.Image || way.Way != tried.Way).Take(MaximumWays - 1)],
    };

    /// <summary>Whether the way worked the last time; null: it was not tried, or is forgotten.</summary>
    public bool? Worked(string image, string way) =>
        Ways.FirstOrDefault(tried => tried.Image == image && tried.Way == way)?.Worked;
}

/// <summary>How often an image was booted.</summary>
/// <param name="Begun">Boots that were chosen in a menu.</param>
/// <param name="Finished">Those of them whose system came up.</param>
public readonly record struct ImageBoots(long Begun, long Finished);
