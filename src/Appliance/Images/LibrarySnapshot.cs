using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Images;

/// <summary>
/// The library at one moment; never changes. Every look-up is exact first, then without regard to case, because firmware
/// and people do not agree about it.
/// </summary>
public sealed class LibrarySnapshot
{
    public static readonly LibrarySnapshot Empty = new([], []);

    private readonly Dictionary<string, LibraryImage> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LibraryImage> _byIdFolded = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LibraryImage> _byFile = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LibraryImage> _byFileFolded = new(StringComparer.OrdinalIgnoreCase);

    internal LibrarySnapshot(ImmutableArray<LibraryImage> images, ImmutableArray<string> pending)
    {
        Images = images;
        Pending = pending;
        foreach (LibraryImage image in images)
        {
            _byId.Add(image.Id, image);
            _byIdFolded.TryAdd(image.Id, image);
            _byFile.Add(image.RelativePath, image);
            _byFileFolded.TryAdd(image.RelativePath, image);
        }
    }

    /// <summary>All images, broken ones included, by path without regard to case.</summary>
    public ImmutableArray<LibraryImage> Images { get; }

    /// <summary>Paths of files that are still being written, and of images that have not been read yet.</summary>
    public ImmutableArray<string> Pending { get; }

    /// <summary>Finds an image by <see cref="LibraryImage.Id"/>.</summary>
    public bool TryFind(string id, [NotNullWhen(true)] out LibraryImage? image) =>
        _byId.TryGetValue(id, out image) || _byIdFolded.TryGetValue(id, out image);

    /// <summary>Finds an image by <see cref="LibraryImage.RelativePath"/>.</summary>
    public bool TryFindByFile(string relativePath, [NotNullWhen(true)] out LibraryImage? image) =>
        _byFile.TryGetValue(relativePath, out image) || _byFileFolded.TryGetValue(relativePath, out image);

    /// <summary>
    /// Splits <c>{id}/{path}</c>, where both may hold slashes: the longest id that is one counts.
    /// </summary>
    /// <param name="idAndPath">What follows <c>/boot/</c>.</param>
    /// <param name="image">The image.</param>
    /// <param name="path">The path inside it, without a slash at its start; empty when only an image is named.</param>
    public bool TrySplit(string idAndPath, [NotNullWhen(true)] out LibraryImage? image, out string path)
    {
        for (int end = idAndPath.Length; end > 0; end = idAndPath.LastIndexOf('/', end - 1))
        {
            if (TryFind(idAndPath[..end], out image))
            {
                path = idAndPath[end..].TrimStart('/');
                return true;
            }
        }

        image = null;
        path = "";
        return false;
    }
}
