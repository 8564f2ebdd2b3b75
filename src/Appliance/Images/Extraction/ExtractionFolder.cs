using System.Diagnostics.CodeAnalysis;
using Appliance.Interop;

namespace Appliance.Images.Extraction;

/// <summary>
/// Where an extraction lies in an image's manual folder. Its folders are hidden and ours alone, so that no file of the
/// owner's is among them; which of the three names a folder bears is its state, and a rename is the only change of state.
/// <code>
/// name.iso
/// name/                     the manual folder: the owner's files
///   .extracted/             what an extraction made; counts
///     extraction.txt          its manifest
///     files/live/vmlinuz      files, at the paths they have in the image
///   .extracting/  .removing/  an extraction or removal that is going on, or was cut off; never counts
/// </code>
/// </summary>
internal sealed record ExtractionFolder(string Manual)
{
    private const string ManifestName = "extraction.txt";

    public string Extracted => Path.Combine(Manual, ".extracted");

    public string Extracting => Path.Combine(Manual, ".extracting");

    public string Removing => Path.Combine(Manual, ".removing");

    /// <summary>Whether something else bears the manual folder's name.</summary>
    public bool IsBlocked => FileStatus.TryGet(Manual, followLink: false, out FileStatus status) && status.Kind != FileKind.Directory;

    /// <summary>The extracted files.</summary>
    public string Files => FilesIn(Extracted);

    public static string FilesIn(string folder) => Path.Combine(folder, "files");

    public static string ManifestIn(string folder) => Path.Combine(folder, ManifestName);

    /// <summary>The manifest of what was extracted; false when nothing was, or it cannot be read.</summary>
    public bool TryReadManifest([NotNullWhen(true)] out ExtractionManifest? manifest)
    {
        manifest = null;
        string path = ManifestIn(Extracted);
        if (!IsPlain(Extracted, FileKind.Directory) || !IsPlain(Files, FileKind.Directory) || !IsPlain(path, FileKind.Regular))
        {
            return false;
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] text = new byte[NamedLines.MaxLength];
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return ExtractionManifest.TryParse(text.AsSpan(0, length), out manifest);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Of that kind itself: a link here could lead anywhere.</summary>
    private static bool IsPlain(string path, FileKind kind) =>
        FileStatus.TryGet(path, followLink: false, out FileStatus status) && status.Kind == kind;
}
