namespace Appliance.Images.Archives;

/// <summary>What an archive may ask of us. Netboot archives have some hundred files and 100 MB.</summary>
internal sealed record ArchiveLimits
{
    /// <summary>Entries of every kind. 200,000: above the largest distribution tree, and half a minute of a card's time.</summary>
    public int MaxEntries { get; init; } = 200_000;

    /// <summary>Bytes out for each byte of the archive. 200: text and zeros in real archives come to 20.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Up to here the ratio does not count: a small archive of sparse files may do better than it.</summary>
    public long RatioFreeBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of headers for one entry. 1 MiB: a path is 4 KiB, and whoever needs more means harm.</summary>
    public long MaxHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Most that an archive of that length may come to.</summary>
    public long MaxBytes(long archiveLength) =>
        archiveLength > long.MaxValue / MaxRatio ? long.MaxValue : Math.Max(RatioFreeBytes, archiveLength * MaxRatio);
}
