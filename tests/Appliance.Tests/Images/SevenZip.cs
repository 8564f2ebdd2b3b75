using System.Globalization;
using Appliance.Images;

namespace Appliance.Tests.Images;

/// <summary>7-Zip, whose UDF reader is another's, as the judge of ours.</summary>
internal static class SevenZip
{
    private const string Package = "p7zip-full";

    /// <summary>Every entry as <c>/path length</c>, or <c>/path/</c> for a directory.</summary>
    public static string[] List(string image) =>
        [.. Tool.Run(Package, "7z", "l", "-slt", "-ba", image)
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static block => block.Split('\n').Select(static line => line.Split(" = ", 2)).ToDictionary(
                static pair => pair[0].TrimEnd(' ', '='), static pair => pair.Length > 1 ? pair[1] : ""))
            .Select(static entry => Describe("/" + entry["Path"], entry["Folder"] == "+", entry["Size"]))
            .Order(StringComparer.Ordinal)];

    /// <summary>The same of a tree.</summary>
    public static string[] ListTree(ImageTree tree) =>
        [.. TreeListing.Walk(tree.Root, "")
            .Select(static found => Describe(
                found.Path, found.Node.IsDirectory, found.Node.Length.ToString(CultureInfo.InvariantCulture)))
            .Order(StringComparer.Ordinal)];

    public static void Extract(string image, string folder) => Tool.Run(Package, "7z", "x", "-y", $"-o{folder}", image);

    private static string Describe(string path, bool isDirectory, string size) => isDirectory ? path + "/" : $"{path} {size}";
}
