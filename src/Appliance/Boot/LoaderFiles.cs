using System.Collections.Frozen;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// The loaders that clients fetch by name: the files of the owner's folder, and below them those that came with the
/// program. A table made by looking at the folders; a client's name is only ever looked up in it.
/// </summary>
public sealed class LoaderFiles(StorageOptions options)
{
    /// <summary>More files than any loader set has.</summary>
    private const int MaxFiles = 1000;

    private FrozenDictionary<string, string> _paths = FrozenDictionary<string, string>.Empty;

    /// <summary>Names that are published now.</summary>
    public IEnumerable<string> Names => _paths.Keys;

    /// <summary>Looks at both folders again; a folder that is missing or cannot be read counts as empty.</summary>
    public void Refresh()
    {
        var paths = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string folder in new[] { options.Loaders, options.OwnLoaders })
        {
            foreach (string path in ListFiles(folder).Take(MaxFiles))
            {
                string name = "/" + Path.GetRelativePath(folder, path);
                paths[name] = path;
            }
        }

        _paths = paths.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether a loader of that file name is published.</summary>
    public bool Contains(string fileName) => _paths.ContainsKey("/" + fileName);

    /// <summary>Opens a loader by its published name with a leading slash; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Payload? TryOpen(string name)
    {
        if (!_paths.TryGetValue(name, out string? path))
        {
            return null;
        }

        try
        {
            return Payload.FromFile(SharedFile.Open(path), MediaType.Of(path));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            // Removed since the folder was looked at.
            return null;
        }
    }

    private static IEnumerable<string> ListFiles(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = 3,
                IgnoreInaccessible = true,
                AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
            })
            : [];
}
