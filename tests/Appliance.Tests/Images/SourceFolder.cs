using System.Text;

namespace Appliance.Tests.Images;

/// <summary>What goes into the images of a test.</summary>
[Flags]
public enum SourceTraits
{
    None = 0,

    /// <summary>Symbolic links of all kinds, one of them with a target that takes several records.</summary>
    Links = 1,

    /// <summary>Names that need more than ISO 9660's letters.</summary>
    Unicode = 2,

    /// <summary>Names of 245 bytes.</summary>
    LongNames = 4,

    /// <summary>More directories inside each other than ISO 9660 allows.</summary>
    Deep = 8,

    /// <summary>Names that differ in the case of their letters only.</summary>
    CaseCollisions = 16,

    /// <summary>What Rock Ridge can hold.</summary>
    All = Links | Unicode | LongNames,
}

/// <summary>Writes a folder with all that makes names and trees hard.</summary>
internal static class SourceFolder
{
    public const string BiosBoot = "bios.bin";
    public const string EfiBoot = "efi.img";

    public static string Make(TestFolder folder, SourceTraits traits, int files = 200)
    {
        folder.Write("source/file.txt", "file");
        folder.Write("source/empty", "");
        folder.Write("source/casper/vmlinuz", new byte[5000]);
        folder.Write("source/casper/initrd.lz4", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 9000))));
        folder.Write("source/no-extension", "x");
        folder.Write("source/two.dots.tar.gz", "xx");
        int depth = traits.HasFlag(SourceTraits.Deep) ? 14 : 4;
        folder.Write(string.Join('/', Enumerable.Range(1, depth).Select(static i => $"d{i}").Prepend("source").Append("deep.txt")), "deep");
        for (int i = 0; i < files; i++)
        {
            folder.Write($"source/pool/package-{i}_1.0_all.deb", $"package {i}");
        }

        if (traits.HasFlag(SourceTraits.Unicode))
        {
            folder.Write("source/ümläut/日本語-ファイル.txt", "unicode");
        }

        if (traits.HasFlag(SourceTraits.LongNames))
        {
            folder.Write($"source/{new string('n', 240)}.long", "long");
        }

        if (traits.HasFlag(SourceTraits.CaseCollisions))
        {
            folder.Write("source/case/README", "one");
            folder.Write("source/case/readme", "two");
            folder.Write("source/case/ReadMe", "three");
        }

        if (traits.HasFlag(SourceTraits.Links))
        {
            MakeLinks(folder);
        }

        return folder["source"];
    }

    /// <summary>Adds what firmware boots: a loader with isohybrid's mark, and an EFI system partition.</summary>
    public static void AddBootImages(TestFolder folder)
    {
        byte[] bios = new byte[2048];
        ((ReadOnlySpan<byte>)[0xfb, 0xc0, 0x78, 0x70]).CopyTo(bios.AsSpan(64));
        folder.Write($"source/{BiosBoot}", bios);
        folder.Write($"source/{EfiBoot}", FatTools.MakeEfiVolume(folder));
        folder.Write("mbr.bin", new byte[432]);
    }

    private static void MakeLinks(TestFolder folder)
    {
        File.CreateSymbolicLink(folder["source/ubuntu"], ".");
        File.CreateSymbolicLink(folder["source/casper/up"], "../file.txt");
        File.CreateSymbolicLink(folder["source/absolute"], "/casper/vmlinuz");
        File.CreateSymbolicLink(folder["source/dots"], "./casper/../casper/./vmlinuz");

        // Three parts of 100: genisoimage goes round for ever over a link of 800 bytes.
        File.CreateSymbolicLink(folder["source/far"], string.Join('/', Enumerable.Repeat(new string('t', 100), 3)));
    }
}
