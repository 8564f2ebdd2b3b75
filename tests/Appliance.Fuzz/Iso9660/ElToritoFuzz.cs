using System.Collections.Immutable;
using Appliance.Formats.Iso9660;

namespace Appliance.Fuzz.Iso9660;

public sealed class ElToritoFuzz
{
    private const int Cases = 100_000;

    /// <summary>A BIOS entry with an extension, then a section of two for EFI.</summary>
    private static readonly byte[] Catalog =
    [
        .. Entry(1, 0, (28, 0xaa), (29, 0x55), (30, 0x55), (31, 0xaa)),
        .. Entry(0x88, 0, (6, 4), (8, 100)),
        .. Entry(0x90, 0, (2, 1)),
        .. Entry(0x88, 0x24, (6, 1), (8, 200)),
        .. Entry(0x44, 0x20),
        .. Entry(0x44, 0),
        .. Entry(0x91, 0xef, (2, 2)),
        .. Entry(0x88, 0, (8, 30)),
        .. Entry(0x88, 0, (8, 40)),
    ];

    [Fact]
    public void A_damaged_catalogue_ends_in_entries_or_a_reason()
    {
        var mutator = new ByteMutator(Catalog);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] catalog = mutator.Mutate(seed);
            bool read = ElToritoCatalog.TryParse(catalog, out ImmutableArray<ElToritoEntry> entries, out string? reason);
            Assert.Equal(read, reason is null);
            Assert.True(read ? entries.Length >= 1 && entries.Length < catalog.Length / 32 : reason!.Length > 0 && entries.IsEmpty);
        });
    }

    private static byte[] Entry(byte id, byte second, params (int Offset, byte Value)[] rest)
    {
        var entry = new byte[32];
        (entry[0], entry[1]) = (id, second);
        foreach ((int offset, byte value) in rest)
        {
            entry[offset] = value;
        }

        return entry;
    }
}
