using Appliance.Formats.Tests.Fat;
using Appliance.Tests.Images;

namespace Appliance.Fuzz.Iso9660;

/// <summary>Small images to be damaged, that together have all of ISO 9660 and its extensions in them.</summary>
internal static class IsoSeed
{
    private static readonly string[] Options =
    [
        "-R -J -no-pad -b isolinux.bin -c boot.cat -no-emul-boot -eltorito-alt-boot -e efi.img -no-emul-boot",
        "-R -no-pad",
        "-J -joliet-long -no-pad",
        "-iso-level 4 -no-pad",
        "-D -iso-level 1 -no-pad",
    ];

    public static byte[][] MakeAll()
    {
        using var folder = new TestFolder();
        string deep = string.Join('/', Enumerable.Range(1, 11).Select(static i => $"d{i}"));
        folder.Write($"source/{deep}/deep.txt", "deep");
        folder.Write("source/casper/vmlinuz", new byte[3000]);
        folder.Write("source/isolinux.bin", new byte[2048]);
        folder.Write("source/efi.img", EfiVolume());

        // Links and long names only where all can be recorded.
        byte[][] plain = [.. Options[2..].Select(options => Make(folder, options))];
        folder.Write($"source/{new string('n', 200)}", "long");
        File.CreateSymbolicLink(folder["source/ubuntu"], ".");
        File.CreateSymbolicLink(folder["source/far"], string.Join('/', Enumerable.Repeat(new string('t', 80), 3)));
        return [.. plain, .. Options[..2].Select(options => Make(folder, options))];
    }

    private static byte[] Make(TestFolder folder, string options)
    {
        Tool.Run(
            "genisoimage", "genisoimage",
            ["-quiet", "-input-charset", "iso8859-1", .. options.Split(' '), "-o", folder["seed.iso"], folder["source"]]);
        return File.ReadAllBytes(folder["seed.iso"]);
    }

    private static byte[] EfiVolume()
    {
        var fat = new HandMadeFat(12, present: 16);
        fat.WriteRoot(fat.Directory("EFI", fat.Directory("BOOT", fat.File("BOOTX64.EFI", new byte[700]))));
        return fat.Bytes;
    }
}
