using Appliance.Formats.Iso9660;
using Appliance.Images.Integrity;

namespace Appliance.Images;

/// <summary>Reads one image file that need not lie in the library, for a look at it.</summary>
internal static class SingleImage
{
    /// <summary>The image, broken or not; its id is its file's name.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static LibraryImage Read(string path, CancellationToken cancellationToken)
    {
        string fullPath = Path.GetFullPath(path);
        if (!FileIdentity.TryGet(fullPath, out FileIdentity identity))
        {
            throw new FileNotFoundException("there is no such file", fullPath);
        }

        string id = Path.GetFileNameWithoutExtension(fullPath);
        var listed = new ListedImage(
            new ListedFile(Path.GetFileName(fullPath), fullPath, identity), Path.Combine(Path.GetDirectoryName(fullPath)!, id), []);
        return new LibraryImage(listed, id, ReadContent(fullPath, cancellationToken), ImageIntegrity.Unknown);
    }

    private static ImageContent ReadContent(string fullPath, CancellationToken cancellationToken)
    {
        SharedFile file = SharedFile.Open(fullPath);
        try
        {
            return ImageTree.TryRead(file, out ImageTree? tree, out IsoDefect? defect, cancellationToken)
                ? new ImageContent(tree, null)
                : new ImageContent(null, defect.ToString());
        }
        finally
        {
            file.Release();
        }
    }
}
