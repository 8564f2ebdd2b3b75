using System.Collections.Immutable;
using Appliance.Interop;

namespace Appliance.Images;

/// <summary>What tells one state of a file from another: where it is stored, how long it is, when it was written.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Length, DateTimeOffset Modified)
{
    /// <summary>Looks at a regular file, following links; false when there is none of that name.</summary>
    public static bool TryGet(string path, out FileIdentity identity)
    {
        bool found = FileStatus.TryGet(path, followLink: true, out FileStatus status) && status.Kind == FileKind.Regular;
        identity = found ? Of(status) : default;
        return found;
    }

    public static FileIdentity Of(FileStatus status) => new(status.Device, status.Inode, status.Length, status.Modified);

    /// <summary>Whether both are states of one stored file.</summary>
    public bool IsSameFile(FileIdentity other) => Device == other.Device && Inode == other.Inode;
}

/// <summary>A regular file that a scan saw.</summary>
/// <param name="RelativePath">From the folder of images, or from its manual folder, with <c>/</c> between names.</param>
/// <param name="FullPath">What to open.</param>
/// <param name="Identity">The state it was seen in.</param>
internal sealed record ListedFile(string RelativePath, string FullPath, FileIdentity Identity);

/// <summary>A file in the manual folder of an image.</summary>
/// <param name="Path">From that folder, with <c>/</c> between names.</param>
/// <param name="Length">In bytes.</param>
public sealed record ManualFile(string Path, long Length, DateTimeOffset LastModified);

/// <summary>An image that a scan saw.</summary>
/// <param name="File">The image.</param>
/// <param name="ManualFolder">The folder beside it that bears its name; it need not exist.</param>
/// <param name="ManualFiles">The files in that folder.</param>
internal sealed record ListedImage(ListedFile File, string ManualFolder, ImmutableArray<ListedFile> ManualFiles)
{
    /// <summary>Files that were extracted from the image as it is now, by their paths in it.</summary>
    public ImmutableArray<ListedFile> ExtractedFiles { get; init; } = [];

    /// <summary>A disc (<c>.iso</c>), not a raw disk (<c>.img</c>).</summary>
    public bool IsDisc => LibraryLister.IsDisc(File.RelativePath);

    /// <summary>A folder of netboot files, of which <see cref="File"/> is the script.</summary>
    public bool IsNetboot => LibraryLister.IsNetboot(File.RelativePath);

    public bool IsSame(ListedImage other) =>
        File == other.File && ManualFiles.SequenceEqual(other.ManualFiles) && ExtractedFiles.SequenceEqual(other.ExtractedFiles);
}
