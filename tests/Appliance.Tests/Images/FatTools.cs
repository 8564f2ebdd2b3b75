using System.Globalization;
using Appliance.Images;

namespace Appliance.Tests.Images;

/// <summary>dosfstools and mtools, which make FAT volumes and read them without mounting.</summary>
internal static class FatTools
{
    /// <summary>Makes an empty volume in a new file of so many KiB.</summary>
    public static string MakeVolume(string image, int kibibytes, params string[] options)
    {
        Tool.Run("dosfstools", "/usr/sbin/mkfs.fat", [.. options, "-C", image, kibibytes.ToString(CultureInfo.InvariantCulture)]);
        return image;
    }

    /// <summary>Copies all that is in a folder to the root of a volume; <paramref name="offset"/> in bytes.</summary>
    public static void Fill(string image, string folder, long offset = 0)
    {
        IEnumerable<string> entries = Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal);
        Tool.Run("mtools", "mcopy", ["-s", "-Q", "-i", At(image, offset), .. entries, "::/"]);
    }

    /// <summary>Every entry, directories with a slash at the end.</summary>
    public static string[] List(string image, long offset = 0) =>
        [.. Tool.Run("mtools", "mdir", "-/", "-b", "-i", At(image, offset), "::/")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .Order(StringComparer.Ordinal)];

    /// <summary>The same of a tree.</summary>
    public static string[] ListTree(ImageTree tree) =>
        [.. TreeListing.Walk(tree.Root, "")
            .Select(static found => found.Node.IsDirectory ? found.Path + "/" : found.Path)
            .Order(StringComparer.Ordinal)];

    public static void Extract(string image, string folder, long offset = 0)
    {
        Directory.CreateDirectory(folder);
        Tool.Run("mtools", "mcopy", "-s", "-n", "-i", At(image, offset), "::/", folder);
    }

    /// <summary>A small EFI system partition with a boot program for 64-bit PCs.</summary>
    public static byte[] MakeEfiVolume(TestFolder folder)
    {
        folder.Write("esp/EFI/BOOT/BOOTX64.EFI", new byte[3000]);
        folder.Write("esp/EFI/BOOT/grub.cfg", "configfile");
        string image = MakeVolume(folder["esp.img"], 1440, "-F", "12", "-n", "ESP");
        Fill(image, folder["esp"]);
        byte[] volume = File.ReadAllBytes(image);
        File.Delete(image);
        return volume;
    }

    private static string At(string image, long offset) => string.Create(CultureInfo.InvariantCulture, $"{image}@@{offset}");
}
