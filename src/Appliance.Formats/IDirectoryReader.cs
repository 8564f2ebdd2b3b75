using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats;

/// <summary>Which directory of a volume: two numbers that only the volume's own reader understands.</summary>
/// <param name="Start">Different for each directory of a volume.</param>
/// <param name="Length">0 for a directory that is empty, so that several may share one place.</param>
public readonly record struct DirectoryAddress(long Start, long Length);

/// <summary>
/// Reads directories of one volume, one at a time, entry by entry in recorded order:
/// <code>reader.TryOpen(reader.Root, …); while (reader.TryReadEntry(out defect)) { … reader.Name … }</code>
/// Buffers are kept from entry to entry, so a value must be copied before the next call.
/// </summary>
public interface IDirectoryReader
{
    /// <summary>The volume's root directory.</summary>
    DirectoryAddress Root { get; }

    /// <summary>UTF-8, 1 to 765 bytes (255 letters of FAT), without <c>/</c> and zero bytes, neither <c>.</c> nor <c>..</c>.</summary>
    ReadOnlySpan<byte> Name { get; }

    IsoEntryKind Kind { get; }

    /// <summary>Permission bits; r-xr-xr-x for directories and r--r--r-- for files where the image has none.</summary>
    int Permissions { get; }

    /// <summary>Seconds since 1970, 0 if unknown.</summary>
    long ModifiedUnixSeconds { get; }

    /// <summary>Of a file: where its bytes are; none is empty, neighbours are joined, all are zeros or inside the image.</summary>
    IReadOnlyList<IsoExtent> Extents { get; }

    /// <summary>Of a file: its extents hold it in a compressed form that the image's reader is expected to undo; or null.</summary>
    ZisofsEntry? Compression { get; }

    /// <summary>Of a directory: what <see cref="TryOpen"/> takes.</summary>
    DirectoryAddress Directory { get; }

    /// <summary>Of a symbolic link: its target in UTF-8, with <c>/</c> between components.</summary>
    ReadOnlySpan<byte> Link { get; }

    /// <summary>Oddities met so far that do no harm.</summary>
    IEnumerable<IsoDefect> Warnings { get; }

    /// <summary>Byte offset in the image of a directory, to name the place of a defect.</summary>
    long OffsetOf(DirectoryAddress directory);

    /// <summary>Begins with a directory; false when it cannot be read.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    bool TryOpen(DirectoryAddress directory, [NotNullWhen(false)] out IsoDefect? defect);

    /// <summary>
    /// Reads the next entry. False at the end of the directory, with <paramref name="defect"/> null, and when it is broken.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    bool TryReadEntry(out IsoDefect? defect);
}
