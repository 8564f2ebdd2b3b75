using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Appliance.Images.Extraction;

/// <summary>
/// What an extraction says of itself, in a text file beside the files: of which state of which image it is, and what its
/// owner may want to know.
/// </summary>
/// <param name="Length">Length of the image in bytes.</param>
/// <param name="Modified">When the image was written.</param>
/// <param name="Kind">What the image was taken for.</param>
/// <param name="Kernel">Path of the kernel in the image.</param>
/// <param name="Initrds">Paths of its initial RAM disks.</param>
/// <param name="Parameters">Kernel parameters it is booted with.</param>
internal sealed record ExtractionManifest(
    long Length, DateTimeOffset Modified, string Kind, string Kernel, ImmutableArray<string> Initrds, string Parameters)
{
    private const string Title = "plugboot extraction 1";

    /// <summary>File times of FAT and exFAT are so coarse.</summary>
    private static readonly TimeSpan ClockGrain = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the files are of the image in that state. An image that was replaced since must not be booted with the kernel
    /// of the one before it.
    /// </summary>
    public bool IsOf(FileIdentity image) => Length == image.Length && (Modified - image.Modified).Duration() <= ClockGrain;

    public byte[] Write() => NamedLines.Write(Title,
    [
        ("length", Length.ToString(CultureInfo.InvariantCulture)),
        ("modified", Modified.ToString("O", CultureInfo.InvariantCulture)),
        ("kind", Kind),
        ("kernel", Kernel),
        .. Initrds.Select(static initrd => ("initrd", initrd)),
        ("parameters", Parameters),
    ]);

    /// <summary>Reads a manifest; false when it is none, or does not say of which image it is.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ExtractionManifest? manifest)
    {
        manifest = null;
        ILookup<string, string>? values = NamedLines.TryRead(Title, text);
        if (values is null
            || !long.TryParse(values["length"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            || !DateTimeOffset.TryParseExact(
                values["modified"].FirstOrDefault(), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset modified))
        {
            return false;
        }

        manifest = new ExtractionManifest(
            length,
            modified,
            values["kind"].FirstOrDefault(""),
            values["kernel"].FirstOrDefault(""),
            [.. values["initrd"]],
            values["parameters"].FirstOrDefault(""));
        return true;
    }
}
