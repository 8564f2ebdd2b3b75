using System.Collections.Immutable;
using Appliance.Images;
using Appliance.Images.Extraction;

namespace Appliance.Boot;

/// <summary>Decides what is extracted from an image: what its plan boots, and the file systems of a live image.</summary>
public static class ImageExtraction
{
    /// <summary>Endings of the names under which distributions keep the file systems of live images and installers.</summary>
    private static readonly ImmutableArray<string> FileSystemEndings =
        [".squashfs", ".sfs", ".erofs", "squashfs.img", "rootfs.img", "install.img", "stage2.img"];

    /// <summary>The order for <see cref="ImageExtractor"/>, or null when the plan boots no kernel out of the image.</summary>
    public static ExtractionOrder? Of(LibraryImage image, BootPlan plan)
    {
        LinuxBootLine? linux = plan.Options.Select(static option => option.Line).OfType<LinuxBootLine>().FirstOrDefault();
        if (image.Tree is not { } tree || linux is null)
        {
            return null;
        }

        string kernel = InImage(image, linux.Kernel);
        ImmutableArray<string> initrds = [.. linux.Initrds.Select(path => InImage(image, path))];
        IEnumerable<string> booted = initrds.Prepend(kernel).Where(path => IsFile(tree, path));
        ImmutableArray<string> paths = [.. booted.Concat(FileSystems(tree.Root, "")).Distinct()];
        return new ExtractionOrder(paths, plan.Kind, kernel, initrds, linux.Parameters);
    }

    /// <summary>A file of the owner's in the manual folder may be what is booted; it is there already.</summary>
    private static bool IsFile(ImageTree tree, string path) => tree.TryFind(path, out ImageNode node) && node.IsFile;

    private static string InImage(LibraryImage image, string published) => published[$"/boot/{image.Id}/".Length..];

    private static bool IsFileSystem(string name) =>
        FileSystemEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> FileSystems(ImageNode folder, string prefix)
    {
        foreach (ImageNode node in folder.Children)
        {
            string path = prefix + node.Name;
            if (node.IsDirectory)
            {
                foreach (string below in FileSystems(node, path + "/"))
                {
                    yield return below;
                }
            }
            else if (node.IsFile && !node.IsCompressed && IsFileSystem(node.Name))
            {
                yield return path;
            }
        }
    }
}
