using Appliance.Formats.Iso9660;
using Appliance.Images;

namespace Appliance.Tests.Images;

/// <summary>The usual tools' readers of ISO 9660 as judges of ours: what they list, and the bytes that they extract.</summary>
internal static class IsoTools
{
    /// <summary>By libisofs, with the best names that it finds, as ours.</summary>
    public static string[] ListByXorriso(string image) =>
        [.. Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-indev", image, "-find", "/", "-exec", "echo")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Trim('\''))
            .Where(static path => path != "/")
            .Order(StringComparer.Ordinal)];

    /// <summary>By cdrkit; of a tree without Rock Ridge.</summary>
    public static string[] ListByIsoinfo(string image, IsoNaming naming)
    {
        string[] options = naming switch
        {
            IsoNaming.Joliet => ["-J", "-f", "-i", image],
            IsoNaming.RockRidge => ["-R", "-f", "-i", image],
            _ => ["-f", "-i", image],
        };
        return [.. Tool.Run("genisoimage", "isoinfo", options)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => naming == IsoNaming.RockRidge ? path : StripVersion(path))
            .Select(path => naming == IsoNaming.Plain ? path.ToLowerInvariant() : path)
            .Order(StringComparer.Ordinal)];
    }

    public static void ExtractByXorriso(string image, string folder) =>
        Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-osirrox", "on", "-indev", image, "-extract", "/", folder);

    /// <summary>Compares every file of a tree with the one of that name below a folder; names of plain trees in any case.</summary>
    public static void AssertSameBytes(ImageTree tree, string image, string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        Dictionary<string, string> extracted = Directory.EnumerateFiles(folder, "*", options)
            .ToDictionary(path => path[folder.Length..], static path => path, Comparer(tree));
        (string Path, ImageNode Node)[] files = [.. TreeListing.Walk(tree.Root, "").Where(static found => found.Node.IsFile)];
        Assert.NotEmpty(files);
        foreach ((string path, ImageNode node) in files)
        {
            Assert.True(extracted.TryGetValue(path, out string? file), $"{path} was not extracted");
            Assert.Equal(File.ReadAllBytes(file), TreeListing.ReadFile(tree, node, image));
        }
    }

    public static string WithoutTarget(string line) => line.Split(" -> ")[0];

    private static StringComparer Comparer(ImageTree tree) =>
        tree.Naming == IsoNaming.Plain ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static string StripVersion(string path) =>
        path.EndsWith(";1", StringComparison.Ordinal) ? path[..^2].TrimEnd('.') : path.TrimEnd('.');
}
