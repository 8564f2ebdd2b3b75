using System.Diagnostics.CodeAnalysis;

namespace Appliance.Images.Archives;

/// <summary>
/// The names that an archive has taken so far. Pure. Refuses what would write over an earlier entry on a file system that
/// does not tell letters' case apart, and what would go through a link.
/// </summary>
internal sealed class ArchiveNames
{
    private readonly Dictionary<string, (string Path, Kind Kind)> _taken = new(StringComparer.OrdinalIgnoreCase);

    private enum Kind
    {
        Folder,
        File,
        Link,
    }

    /// <summary>Takes a folder's name; more than once is no harm.</summary>
    public bool TryAddFolder(string path, [NotNullWhen(false)] out string? reason) => TryAdd(path, Kind.Folder, out reason);

    public bool TryAddFile(string path, [NotNullWhen(false)] out string? reason) => TryAdd(path, Kind.File, out reason);

    public bool TryAddLink(string path, [NotNullWhen(false)] out string? reason) => TryAdd(path, Kind.Link, out reason);

    public bool HasFile(string path) => _taken.TryGetValue(path, out (string Path, Kind Kind) taken) && taken == (path, Kind.File);

    /// <summary>
    /// Where a link leads, as a path in the archive; false when it leads out of it.
    /// </summary>
    /// <param name="from">The folder it counts from; empty for the archive's root.</param>
    /// <param name="target">As recorded.</param>
    public static bool TryResolve(string from, string target, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (target.StartsWith('/'))
        {
            return false;
        }

        var names = new List<string>(from.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (string name in target.Split('/').Where(static name => name is not ("" or ".")))
        {
            if (name != "..")
            {
                names.Add(name);
            }
            else if (names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
            else
            {
                return false;
            }
        }

        path = string.Join('/', names);
        return true;
    }

    private bool TryAdd(string path, Kind kind, [NotNullWhen(false)] out string? reason)
    {
        int slash = path.LastIndexOf('/');
        if (slash > 0 && !TryAdd(path[..slash], Kind.Folder, out reason))
        {
            return false;
        }

        if (_taken.TryAdd(path, (path, kind)))
        {
            reason = null;
            return true;
        }

        (string earlier, Kind earlierKind) = _taken[path];
        reason = earlier != path ? $"it differs from {earlier} in letters' case only"
            : earlierKind is Kind.Link ? "its name is that of a link, or its path goes through one"
            : kind is Kind.Folder && earlierKind is Kind.Folder ? null
            : "its name is in the archive twice";
        return reason is null;
    }
}
