using System.Text;
using Appliance.Formats.BootConfig;
using Appliance.Images;

namespace Appliance.Boot;

/// <summary>What ESXi's loader reads over the network: the disc's own <c>boot.cfg</c> with the addresses of its files.</summary>
internal static class EsxiFiles
{
    private const string Folder = "/esxi/";
    private const string Name = "/boot.cfg";

    private static readonly string[] Configs = ["boot.cfg", "efi/boot/boot.cfg"];

    /// <summary>Published name of it for an image.</summary>
    public static string PathOf(string image) => $"{Folder}{image}{Name}";

    /// <summary>The disc's own, or null.</summary>
    public static string? Read(ImageFacts facts) =>
        facts.FindFirst(Configs) is { } found ? facts.ReadText(found.Path) : null;

    /// <summary>Opens it by its published name; null when there is no such image, or it has none.</summary>
    /// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public static Payload? TryOpen(string path, LibrarySnapshot library, string server)
    {
        if (!path.StartsWith(Folder, StringComparison.Ordinal) || !path.EndsWith(Name, StringComparison.Ordinal) || path.Length <= Folder.Length + Name.Length
            || !library.TryFind(path[Folder.Length..^Name.Length], out LibraryImage? image))
        {
            return null;
        }

        var facts = new ImageFacts(image);
        if (Read(facts) is not { } config)
        {
            return null;
        }

        string text = EsxiConfig.ForNetwork(config, server + facts.UrlPath(""), name => facts.Find(name)?.Path[1..] ?? name);
        return Payload.FromMemory(Encoding.UTF8.GetBytes(text), image.LastModified, MediaType.Text);
    }
}
