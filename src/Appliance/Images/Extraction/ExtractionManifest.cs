using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Appliance.Options;

namespace Appliance.Images.Extraction;

/// <summary>
/// What an extraction says of itself, in a text file beside the files: of which state of which image it is, and what its
/// owner may want to know. One <c>name value</c> line each; names that are not known are skipped.
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
    /// <summary>Longest manifest that is read. 64 KiB: a kernel's command line has 4.</summary>
    public const int MaxLength = 1 << 16;

    private const string Title = "plugboot extraction 1";

    /// <summary>File times of FAT and exFAT are so coarse.</summary>
    private static readonly TimeSpan ClockGrain = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the files are of the image in that state. An image that was replaced since must not be booted with the kernel
    /// of the one before it.
    /// </summary>
    public bool IsOf(FileIdentity image) => Length == image.Length && (Modified - image.Modified).Duration() <= ClockGrain;

    public byte[] Write()
    {
        var text = new StringBuilder(Title).Append('\n');
        Append(text, "length", Length.ToString(CultureInfo.InvariantCulture));
        Append(text, "modified", Modified.ToString("O", CultureInfo.InvariantCulture));
        Append(text, "kind", Kind);
        Append(text, "kernel", Kernel);
        foreach (string initrd in Initrds)
        {
            Append(text, "initrd", initrd);
        }

        Append(text, "parameters", Parameters);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads a manifest; false when it is none, or does not say of which image it is.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ExtractionManifest? manifest)
    {
        manifest = null;
        string[] lines = Encoding.UTF8.GetString(text).Split('\n');
        ILookup<string, string> values = lines.Skip(1)
            .Select(static line => line.Split(' ', 2))
            .Where(static words => words.Length == 2)
            .ToLookup(static words => words[0], static words => words[1], StringComparer.Ordinal);
        if (lines[0] != Title
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

    /// <summary>A value stays on its line.</summary>
    private static void Append(StringBuilder text, string name, string value) =>
        text.Append(name).Append(' ').Append(value.Any(char.IsControl) ? Printable.Text(value) : value).Append('\n');
}
