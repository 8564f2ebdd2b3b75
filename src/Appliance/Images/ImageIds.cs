namespace Appliance.Images;

/// <summary>
/// Gives each image its id. The path without extension, as people say it (of netboot files: their folder's); where two would share one
/// (<c>a.iso</c> and <c>a.img</c>), discs come first, then the order of paths, and the others keep their extension.
/// </summary>
internal static class ImageIds
{
    /// <summary>Ids by relative path.</summary>
    public static Dictionary<string, string> Assign(IEnumerable<string> relativePaths)
    {
        string[] paths = [.. relativePaths
            .OrderBy(static path => !LibraryLister.IsDisc(path))
            .ThenBy(static path => path, StringComparer.Ordinal)];
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            string id = path[..path.LastIndexOf(LibraryLister.IsNetboot(path) ? '/' : '.')];
            if (taken.Add(id))
            {
                ids.Add(path, id);
            }
        }

        foreach (string path in paths.Where(path => !ids.ContainsKey(path)))
        {
            string id = path;
            while (!taken.Add(id))
            {
                id += "~";
            }

            ids.Add(path, id);
        }

        return ids;
    }
}
