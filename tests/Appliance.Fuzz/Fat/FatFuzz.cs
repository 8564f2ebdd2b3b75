using Appliance.Formats.Tests.Fat;
using Appliance.Tests.Images;

namespace Appliance.Fuzz.Fat;

/// <summary>Damaged copies of a small volume of each kind, in each kind of disk, in turn (I-06, V-16).</summary>
public sealed class FatFuzz
{
    private const int Cases = 5_000;

    [Fact]
    public void Damaged_disks_of_every_kind_end_in_a_tree_or_a_reason()
    {
        FatMutator[] mutators =
        [
            .. from bits in (int[])[12, 16, 32]
               from layout in Enum.GetValues<DiskLayout>()
               select new FatMutator(Seed(bits), layout),
        ];
        int cases = 0;
        int trees = 0;
        FuzzCases.Run(Cases, seed =>
        {
            cases++;
            trees += BoundedReading.AssertTreeOrReason(mutators[seed % mutators.Length].Mutate(seed)) ? 1 : 0;
        });

        // Neither does every damage matter nor none.
        Assert.InRange(trees, cases / 10, cases * 9 / 10);
    }

    private static HandMadeFat Seed(int bits)
    {
        var fat = new HandMadeFat(bits);
        fat.WriteRoot(
            HandMadeFat.Entry("LABEL", 0, 0, HandMadeFat.LabelAttribute),
            fat.LongFile("vmlinuz-6.1.0-amd64 of several parts", "VMLINU~1", new byte[3000]),
            HandMadeFat.Entry("PIECES.BIN", fat.Chain(40, 42, 44, 41), 2000),
            fat.File("EMPTY", []),
            fat.Directory("EFI", fat.Directory(
                "BOOT", fat.LongFile("bootx64.efi", "BOOTX64.EFI", new byte[1500]), fat.File("GRUB.CFG", "menu"u8))),
            fat.Directory("DIR", fat.Directory("A", fat.Directory("B", fat.File("DEEP", "deep"u8)))));
        return fat;
    }
}
