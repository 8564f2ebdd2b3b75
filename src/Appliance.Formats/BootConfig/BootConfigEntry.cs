using System.Collections.Immutable;

namespace Appliance.Formats.BootConfig;

/// <summary>One entry of an image's own boot menu: a kernel, its initial RAM disks and its parameters.</summary>
/// <param name="Title">Text as the menu shows it, without hot-key marks, behind the titles of the sub-menus it stands in.</param>
/// <param name="Kernel">Path of the kernel inside the image, with a leading slash.</param>
/// <param name="Initrds">Paths of the RAM disks, in order.</param>
/// <param name="Parameters">Kernel parameters, without <c>initrd=</c> and <c>BOOT_IMAGE=</c>.</param>
/// <param name="IsDefault">Whether the menu starts this one by itself.</param>
public sealed record BootConfigEntry(string Title, string Kernel, ImmutableArray<string> Initrds, string Parameters, bool IsDefault);

/// <summary>
/// Reads a file of the image whose boot configuration is being parsed: the text, or null when there is none of that path.
/// </summary>
public delegate string? ReadConfigFile(string path);

/// <summary>Bounds on the work that a boot configuration may cause; hostile ones exist on the internet's mirrors too.</summary>
public static class BootConfigLimits
{
    /// <summary>Files read for one configuration. Real ones (Debian's) include about ten.</summary>
    public const int MaxFiles = 64;

    /// <summary>Depth of includes. Real ones go to four.</summary>
    public const int MaxDepth = 8;

    /// <summary>Texts evaluated for one configuration: <c>eval</c> of a variable that holds many of it would never end.</summary>
    public const int MaxEvaluations = 200;

    /// <summary>Entries kept. The longest real menu seen (Clonezilla's) has forty.</summary>
    public const int MaxEntries = 200;

    /// <summary>Characters of a variable's value, and of a word that variables may still be added to.</summary>
    public const int MaxVariable = 4096;

    /// <summary>Characters of one file that are read.</summary>
    public const int MaxCharacters = 256 * 1024;
}

/// <summary>Paths as boot configurations write them, made into paths of the image.</summary>
internal static class ConfigPath
{
    /// <summary>
    /// Resolves <paramref name="path"/> against the folder of the file that names it; repeated slashes and dot segments
    /// are folded, and nothing climbs out of the image.
    /// </summary>
    public static string Resolve(string folder, string path)
    {
        var segments = new List<string>();
        string full = path.StartsWith('/') ? path : folder + "/" + path;
        foreach (string segment in full.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }

        return "/" + string.Join('/', segments);
    }

    /// <summary>The folder of a path, without a slash at its end.</summary>
    public static string Folder(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>Parameters without the words that only the loader itself puts there.</summary>
    public static string Parameters(IEnumerable<string> words) =>
        string.Join(' ', words.Where(static word =>
            !word.StartsWith("initrd=", StringComparison.OrdinalIgnoreCase) && !word.StartsWith("BOOT_IMAGE=", StringComparison.Ordinal)));
}
