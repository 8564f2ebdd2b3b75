using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>Firmware that a boot entry is for (El Torito 1.0 §2.1; UEFI 2.10 §13.3.2.1 for EFI).</summary>
public enum ElToritoPlatform : byte
{
    X86Bios = 0x00,
    PowerPc = 0x01,
    Mac = 0x02,
    Efi = 0xef,
}

/// <summary>What the firmware emulates while it boots the entry (El Torito 1.0 §2.2).</summary>
public enum ElToritoMedia : byte
{
    NoEmulation = 0,
    Floppy1200 = 1,
    Floppy1440 = 2,
    Floppy2880 = 3,
    HardDisk = 4,
}

/// <summary>One thing that firmware can boot from the disc.</summary>
/// <param name="Platform">Firmware it is for.</param>
/// <param name="IsBootable">Whether the firmware may offer it.</param>
/// <param name="Media">What is emulated.</param>
/// <param name="LoadSegment">Real-mode segment to load at; 0 means 0x7c0.</param>
/// <param name="SectorCount">Sectors of 512 bytes to load; 0 or 1 for EFI images that are larger than it can say.</param>
/// <param name="LoadBlock">Where its image starts, in sectors of 2,048 bytes.</param>
public sealed record ElToritoEntry(
    ElToritoPlatform Platform, bool IsBootable, ElToritoMedia Media, ushort LoadSegment, ushort SectorCount, uint LoadBlock);

/// <summary>
/// The boot catalogue: entries of 32 bytes (El Torito 1.0 §2).
/// <code>
/// validation:     0 id 1 | 1 platform | 2 reserved (2) | 4 developer (24) | 28 checksum (2) | 30 55 AA
/// default, section entry: 0 88 or 00 | 1 media | 2 load segment (2) | 4 system type | 6 sectors (2) | 8 block (4) | …
/// section header: 0 90, or 91 for the last | 1 platform | 2 entries (2) | 4 developer (28)
/// extension:      0 44 | 1 bit 5: another follows | 2 selection criteria (30)
/// </code>
/// </summary>
public static class ElToritoCatalog
{
    /// <summary>Bytes of the catalogue that are read: <see cref="Iso9660Limits.BootEntries"/>.</summary>
    public const int MaxLength = Iso9660Limits.BootEntries * EntryLength;

    private const int EntryLength = 32;
    private const byte ValidationId = 0x01;
    private const byte Bootable = 0x88;
    private const byte NotBootable = 0x00;
    private const byte SectionHeader = 0x90;
    private const byte LastSectionHeader = 0x91;
    private const byte Extension = 0x44;
    private const byte MediaMask = 0x0f;

    /// <summary>Bit of a section entry's media byte, and of an extension's second byte: an extension follows.</summary>
    private const byte ExtensionFollows = 0x20;

    private const int PlatformOffset = 1;
    private const int KeyOffset = 30;
    private const int MediaOffset = 1;
    private const int LoadSegmentOffset = 2;
    private const int SectorCountOffset = 6;
    private const int LoadBlockOffset = 8;
    private const int SectionCountOffset = 2;

    private static ReadOnlySpan<byte> BootSystemIdentifier => "EL TORITO SPECIFICATION"u8;

    /// <summary>Sector of the catalogue, if <paramref name="descriptor"/> is an El Torito boot record (§2.0).</summary>
    public static bool TryLocate(VolumeDescriptor descriptor, out uint sector)
    {
        bool isElTorito = descriptor.Type == VolumeDescriptorType.BootRecord
            && descriptor.BootSystemIdentifier.StartsWith(BootSystemIdentifier);
        sector = isElTorito ? BinaryPrimitives.ReadUInt32LittleEndian(descriptor.BootSystemUse) : 0;
        return isElTorito;
    }

    /// <summary>
    /// Reads all entries of the catalogue. Where a section is cut off or garbled, the entries before it still count: the
    /// firmware boots those.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> catalog, out ImmutableArray<ElToritoEntry> entries, [NotNullWhen(false)] out string? reason)
    {
        entries = [];
        if (catalog.Length < 2 * EntryLength)
        {
            reason = "the El Torito boot catalogue is cut off";
            return false;
        }

        ReadOnlySpan<byte> validation = catalog[..EntryLength];
        if (validation[0] != ValidationId || validation[KeyOffset..] is not [0x55, 0xaa])
        {
            reason = "the El Torito boot catalogue has no validation entry";
            return false;
        }

        if (Checksum(validation) != 0)
        {
            reason = "the El Torito boot catalogue has a wrong checksum";
            return false;
        }

        ImmutableArray<ElToritoEntry>.Builder builder = ImmutableArray.CreateBuilder<ElToritoEntry>();
        builder.Add(Entry(catalog[EntryLength..], (ElToritoPlatform)validation[PlatformOffset]));
        AddSections(catalog[(2 * EntryLength)..], builder);
        entries = builder.ToImmutable();
        reason = null;
        return true;
    }

    private static void AddSections(ReadOnlySpan<byte> rest, ImmutableArray<ElToritoEntry>.Builder builder)
    {
        while (rest.Length >= EntryLength && rest[0] is SectionHeader or LastSectionHeader)
        {
            bool isLast = rest[0] == LastSectionHeader;
            var platform = (ElToritoPlatform)rest[PlatformOffset];
            int count = BinaryPrimitives.ReadUInt16LittleEndian(rest[SectionCountOffset..]);
            rest = rest[EntryLength..];
            for (; count > 0 && StartsWithEntry(rest); count--)
            {
                builder.Add(Entry(rest, platform));
                bool hasExtension = (rest[MediaOffset] & ExtensionFollows) != 0;
                rest = rest[EntryLength..];
                if (hasExtension)
                {
                    rest = SkipExtensions(rest);
                }
            }

            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>A section may claim more entries than it has: zeros are none.</summary>
    private static bool StartsWithEntry(ReadOnlySpan<byte> rest) =>
        rest.Length >= EntryLength && rest[0] is Bootable or NotBootable && rest[..EntryLength].ContainsAnyExcept((byte)0);

    private static ReadOnlySpan<byte> SkipExtensions(ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= EntryLength && rest[0] == Extension)
        {
            bool another = (rest[1] & ExtensionFollows) != 0;
            rest = rest[EntryLength..];
            if (!another)
            {
                break;
            }
        }

        return rest;
    }

    private static ElToritoEntry Entry(ReadOnlySpan<byte> entry, ElToritoPlatform platform) => new(
        platform,
        entry[0] == Bootable,
        (ElToritoMedia)(entry[MediaOffset] & MediaMask),
        BinaryPrimitives.ReadUInt16LittleEndian(entry[LoadSegmentOffset..]),
        BinaryPrimitives.ReadUInt16LittleEndian(entry[SectorCountOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[LoadBlockOffset..]));

    /// <summary>§2.1: the sum of all 16-bit words of the validation entry is zero.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> validation)
    {
        int sum = 0;
        for (int i = 0; i < validation.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16LittleEndian(validation[i..]);
        }

        return (ushort)(sum & ushort.MaxValue);
    }
}
