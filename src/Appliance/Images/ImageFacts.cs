using System.Collections.Immutable;
using Appliance.Formats.Fat;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Udf;

namespace Appliance.Images;

/// <summary>What an <see cref="ImageTree"/> knows of its image besides files.</summary>
internal sealed record ImageFacts(
    IsoIdentity Identity,
    IsoNaming Naming,
    ImmutableArray<ElToritoEntry> BootEntries,
    long DeclaredLength,
    ImmutableArray<IsoDefect> Warnings)
{
    private static readonly IsoIdentity NoIdentity = new("", "", "", "", "", null);

    /// <summary>See <see cref="ImageTree.EfiLoaders"/>.</summary>
    public ImmutableArray<string>? EfiLoaders { get; init; }

    public static ImageFacts Of(IsoVolume volume) =>
        new(volume.Identity, volume.Naming, volume.BootEntries, volume.DeclaredLength, volume.Warnings);

    /// <summary>Of the UDF side of an image; what UDF has no words for says its ISO 9660 side, where there is one.</summary>
    public static ImageFacts Of(UdfVolume volume, IsoVolume? iso)
    {
        IsoIdentity identity = iso?.Identity ?? NoIdentity;
        return new ImageFacts(
            identity.Label.Length > 0 ? identity : identity with { Label = volume.Label },
            IsoNaming.Udf,
            iso?.BootEntries ?? [],
            Math.Max(volume.DeclaredLength, iso?.DeclaredLength ?? 0),
            iso?.Warnings ?? []);
    }

    public static ImageFacts Of(FatVolume volume) =>
        new(NoIdentity with { Label = volume.Label, Uuid = volume.Uuid }, IsoNaming.Fat, [], volume.EndOffset, []);
}
