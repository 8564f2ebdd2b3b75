using System.Collections.Immutable;

namespace Appliance.Formats.Iso9660;

/// <summary>One file, directory or link of an image that is to be written.</summary>
/// <param name="Name">Its name as Linux shall see it; empty for the root.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Permissions">Permission bits, such as 0555 (octal).</param>
/// <param name="ModifiedUnixSeconds">When it was last changed, in seconds since 1970.</param>
public sealed record IsoImageEntry(string Name, IsoEntryKind Kind, int Permissions, long ModifiedUnixSeconds)
{
    /// <summary>Length in bytes of a file.</summary>
    public long Length { get; init; }

    /// <summary>What the caller knows a file by; <see cref="IsoFilePlacement.Source"/> says it again.</summary>
    public int Source { get; init; }

    /// <summary>Target of a symbolic link.</summary>
    public string Link { get; init; } = "";

    /// <summary>What is in a directory, in any order.</summary>
    public ImmutableArray<IsoImageEntry> Children { get; init; } = [];
}

/// <summary>Where the bytes of a file belong in an image.</summary>
/// <param name="Source">The file: <see cref="IsoImageEntry.Source"/>.</param>
/// <param name="Offset">Byte offset in the image, a whole number of sectors.</param>
/// <param name="Length">Length in bytes, at least 1; zeros follow up to the end of the sector.</param>
public readonly record struct IsoFilePlacement(int Source, long Offset, long Length);
