using System.Collections.Immutable;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Tests.Iso9660;

public sealed class ElToritoCatalogTests
{
    [Fact]
    public void The_default_entry_and_all_sections_are_read_over_their_extensions()
    {
        byte[] catalog = Catalog(
            Entry(0x88, 0x00, 4, 100),
            Section(0x90, 0x00, 1),
            Entry(0x00, 0x24, 1, 200),
            Extension(more: true),
            Extension(more: false),
            Section(0x91, 0xef, 2),
            Entry(0x88, 0x00, 5760, 300),
            Entry(0x88, 0x00, 0, 400));
        Assert.True(ElToritoCatalog.TryParse(catalog, out ImmutableArray<ElToritoEntry> entries, out string? reason), reason);
        ElToritoEntry[] expected =
        [
            new(ElToritoPlatform.X86Bios, true, ElToritoMedia.NoEmulation, 0x7c0, 4, 100),
            new(ElToritoPlatform.X86Bios, false, ElToritoMedia.HardDisk, 0x7c0, 1, 200),
            new(ElToritoPlatform.Efi, true, ElToritoMedia.NoEmulation, 0x7c0, 5760, 300),
            new(ElToritoPlatform.Efi, true, ElToritoMedia.NoEmulation, 0x7c0, 0, 400),
        ];
        Assert.Equal(expected, entries.AsEnumerable());
    }

    [Fact]
    public void Every_truncation_ends_in_a_reason_or_in_fewer_entries()
    {
        byte[] catalog = Catalog(Entry(0x88, 0, 4, 100), Section(0x91, 0xef, 1), Entry(0x88, 0, 4, 300));
        for (int length = 0; length < 5 * 32; length++)
        {
            bool parsed = ElToritoCatalog.TryParse(catalog.AsSpan(0, length), out ImmutableArray<ElToritoEntry> entries, out _);
            Assert.Equal(length >= 64, parsed);
            Assert.Equal(length >= 128 ? 2 : length >= 64 ? 1 : 0, entries.Length);
        }
    }

    [Theory]
    [InlineData(0, "no validation entry")]
    [InlineData(30, "no validation entry")]
    [InlineData(4, "wrong checksum")]
    public void A_garbled_validation_entry_is_refused(int offset, string expected)
    {
        byte[] catalog = Catalog(Entry(0x88, 0, 4, 100));
        catalog[offset] ^= 0xff;
        Assert.False(ElToritoCatalog.TryParse(catalog, out _, out string? reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_that_claims_more_entries_than_there_are_gives_those_that_are_there()
    {
        byte[] catalog = Catalog(Entry(0x88, 0, 4, 100), Section(0x91, 0xef, 0xffff), Entry(0x88, 0, 4, 300));
        Assert.True(ElToritoCatalog.TryParse(catalog, out ImmutableArray<ElToritoEntry> entries, out _));
        Assert.Equal(2, entries.Length);
    }

    private static byte[] Catalog(params byte[][] entries)
    {
        byte[] validation = new byte[32];
        validation[0] = 1;
        (validation[30], validation[31]) = (0x55, 0xaa);
        (validation[28], validation[29]) = (0xaa, 0x55);
        byte[] catalog = new byte[ElToritoCatalog.MaxLength];
        validation.CopyTo(catalog, 0);
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i].CopyTo(catalog, 32 * (i + 1));
        }

        return catalog;
    }

    private static byte[] Entry(byte indicator, byte media, ushort sectors, ushort block)
    {
        byte[] entry = new byte[32];
        (entry[0], entry[1], entry[2], entry[3]) = (indicator, media, 0xc0, 0x07);
        (entry[6], entry[7]) = ((byte)(sectors & 0xff), (byte)(sectors >> 8));
        (entry[8], entry[9]) = ((byte)(block & 0xff), (byte)(block >> 8));
        return entry;
    }

    private static byte[] Section(byte indicator, byte platform, ushort count)
    {
        byte[] entry = new byte[32];
        (entry[0], entry[1], entry[2], entry[3]) = (indicator, platform, (byte)(count & 0xff), (byte)(count >> 8));
        return entry;
    }

    private static byte[] Extension(bool more)
    {
        byte[] entry = new byte[32];
        (entry[0], entry[1]) = (0x44, more ? (byte)0x20 : (byte)0);
        return entry;
    }
}
