using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Nbd;

/// <summary>
/// Export names and what they stand for: an image by its id or its file (<c>rescue/debian-12</c>,
/// <c>rescue/debian-12.iso</c>), or a file inside one (<c>rescue/debian-12/live/filesystem.squashfs</c>). A table of what
/// the library holds, never a path in a file system.
/// </summary>
internal sealed class NbdExports(ImageLibrary library)
{
    /// <summary>Longest name in bytes (NBD protocol, "Conventions": a string "MUST be no longer than 4096 bytes").</summary>
    public const int MaxNameLength = 4096;

    /// <summary>Names of whole images, for people who look; the files inside are too many to be listed.</summary>
    public IEnumerable<string> Names => library.Current.Images.Select(static image => image.Id);

    /// <summary>Opens an export. The caller disposes it.</summary>
    /// <param name="name">UTF-8, as the client sent it.</param>
    /// <param name="export">What it stands for, or null.</param>
    /// <param name="refusal">Why there is none, in words that may be told to the client.</param>
    /// <exception cref="IOException">It is there, but the medium cannot be read.</exception>
    public bool TryOpen(
        ReadOnlySpan<byte> name, [NotNullWhen(true)] out NbdExport? export, [NotNullWhen(false)] out string? refusal)
    {
        export = null;
        if (name.IsEmpty)
        {
            refusal = "there is no default export: name an image, or a file inside it as image/path";
            return false;
        }

        if (!BootPath.TryNormalize(Encoding.UTF8.GetString(name), out string? path))
        {
            refusal = "no image has such a name";
            return false;
        }

        string exportName = path[1..];
        Payload? payload = Open(exportName);
        export = payload is null ? null : new NbdExport(Printable.Text(exportName), payload);
        refusal = payload is null ? "no image, and no file inside one, has this name" : null;
        return payload is not null;
    }

    private Payload? Open(string name)
    {
        LibrarySnapshot snapshot = library.Current;
        if (snapshot.TryFind(name, out LibraryImage? image) || snapshot.TryFindByFile(name, out image))
        {
            return image.OpenImage();
        }

        return snapshot.TrySplit(name, out image, out string inside) ? image.OpenFile(inside) : null;
    }
}
