using System.Collections.Frozen;
using System.Collections.Immutable;
using Appliance.Formats.Linux;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// The loaders that clients fetch by name: the files of the owner's folder, and below them those that came with the
/// program. A table made by looking at the folders; a client's name is only ever looked up in it.
/// </summary>
public sealed class LoaderFiles(StorageOptions options)
{
    /// <summary>Folders that a loader's name may have. 3: a Raspberry Pi's own folder, its overlays, and one to spare.</summary>
    public const int MaxDepth = 3;

    private static readonly ImmutableArray<string> Shims = ["/shimx64.efi", "/shimaa64.efi"];

    /// <summary>More files than any loader set has.</summary>
    private const int MaxFiles = 1000;

    /// <summary>More than any shim has; those of Debian are 1 MB.</summary>
    private const int MaxShimLength = 4 * 1024 * 1024;

    private FrozenDictionary<string, string> _paths = FrozenDictionary<string, string>.Empty;
    private (string State, FrozenSet<string> Signers) _shims = ("", FrozenSet<string>.Empty);

    /// <summary>Names that are published now.</summary>
    public IEnumerable<string> Names => _paths.Keys;

    /// <summary>
    /// Names of the signers that the published shims accept: their own certificate's, and those of their signature, which
    /// the firmware accepts too. Replaced only when a shim is.
    /// </summary>
    public FrozenSet<string> TrustedSigners => _shims.Signers;

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
        RefreshTrust();
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

    private void RefreshTrust()
    {
        FileInfo[] shims = [.. Shims.Select(_paths.GetValueOrDefault).OfType<string>().Select(static path => new FileInfo(path)).Where(static file => file.Exists)];
        string state = string.Join('|', shims.Select(static file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
        if (state != _shims.State)
        {
            _shims = (state, shims.SelectMany(static shim => ReadSigners(shim)).ToFrozenSet());
        }
    }

    private static ImmutableArray<string> ReadSigners(FileInfo shim)
    {
        try
        {
            return shim.Length > MaxShimLength ? [] : EfiSignature.ReadCommonNames(File.ReadAllBytes(shim.FullName));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Its client's request says so; until then nothing counts as trusted.
            return [];
        }
    }

    private static IEnumerable<string> ListFiles(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = MaxDepth,
                IgnoreInaccessible = true,
                AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
            })
            : [];
}
