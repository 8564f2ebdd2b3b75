using Appliance.Formats.Iso9660;
using Appliance.Images;

namespace Appliance.Tests.Images;

/// <summary>What a tree holds, and what it should hold, in a form that can be compared.</summary>
internal static class TreeListing
{
    public static ImageTree ReadTree(string image)
    {
        SharedFile file = SharedFile.Open(image);
        try
        {
            Assert.True(ImageTree.TryRead(file, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
            return tree;
        }
        finally
        {
            file.Release();
        }
    }

    public static IEnumerable<(string Path, ImageNode Node)> Walk(ImageNode directory, string prefix) =>
        directory.Children.SelectMany(child => Walk(child, $"{prefix}/{child.Name}").Prepend(($"{prefix}/{child.Name}", child)));

    public static string[] ListTree(ImageTree tree) =>
        [.. Walk(tree.Root, "")
            .Select(static found => found.Node.Kind == ImageNodeKind.SymbolicLink ? $"{found.Path} -> {found.Node.Link}" : found.Path)
            .Order(StringComparer.Ordinal)];

    public static string[] ListFolder(string folder) =>
        [.. ListFolder(new DirectoryInfo(folder))
            .Select(info => info.FullName[folder.Length..] + (info.LinkTarget is null ? "" : $" -> {info.LinkTarget}"))
            .Order(StringComparer.Ordinal)];

    /// <summary>Without following links, unlike the framework.</summary>
    private static IEnumerable<FileSystemInfo> ListFolder(DirectoryInfo folder) =>
        folder.EnumerateFileSystemInfos().SelectMany(
            static info => info is DirectoryInfo { LinkTarget: null } inner ? ListFolder(inner).Prepend(info) : [info]);

    public static void AssertContents(string source, ImageTree tree, string image)
    {
        foreach ((string path, ImageNode node) in Walk(tree.Root, ""))
        {
            if (node.IsFile)
            {
                Assert.Equal(File.ReadAllBytes(source + path), ReadFile(tree, node, image));
            }
        }
    }

    public static byte[] ReadFile(ImageTree tree, ImageNode node, string image)
    {
        using Payload payload = tree.OpenFile(node, SharedFile.Open(image));
        byte[] content = new byte[payload.Length];
        Assert.Equal(content.Length, payload.Read(0, content));
        return content;
    }
}
