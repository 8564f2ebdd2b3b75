using System.Buffers.Binary;
using Appliance.Formats.Tests.Disk;
using Appliance.Formats.Tests.Fat;

namespace Appliance.Fuzz.Fat;

/// <summary>How a volume lies in its image.</summary>
internal enum DiskLayout
{
    Bare,
    Mbr,
    GuidTable,
}

/// <summary>
/// Damages a disk image where it hurts: it points directory entries and links of the table of clusters at themselves, at
/// their directories, at each other or nowhere, changes the numbers of the boot sector and of the partition table, and
/// completes the latter again, so that the damage is looked at and not only its CRC. The same seed damages the same image
/// in the same way.
/// </summary>
internal sealed class FatMutator(HandMadeFat original, DiskLayout layout)
{
    private static readonly uint[] Odd =
        [0, 1, 2, 3, 0xff7, 0xfff, 0xfff7, 0xffff, 0x0ffffff7, 0x0fffffff, 0x7fffffff, 0x80000000, 0xffffffff];

    /// <summary>Fields of the boot sector that say where things are.</summary>
    private static readonly int[] BootSectorFields = [11, 12, 13, 14, 16, 17, 19, 21, 22, 32, 36, 40, 44];

    private readonly int[] _entries = FindEntries(original);

    /// <summary>A damaged copy of the image.</summary>
    public byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        byte[] volume = [.. original.Bytes];
        for (int damages = random.Next(1, 5); damages > 0; damages--)
        {
            switch (random.Next(8))
            {
                case 0:
                    volume[BootSectorFields[random.Next(BootSectorFields.Length)]] = (byte)random.Next(256);
                    break;
                case 1:
                    volume[random.Next(volume.Length)] = (byte)random.Next(256);
                    break;
                case 2 or 3 or 4:
                    ChangeEntry(volume.AsSpan(_entries[random.Next(_entries.Length)], 32), random);
                    break;
                case 5:
                    int from = _entries[random.Next(_entries.Length)];
                    original.Bytes.AsSpan(from, 32).CopyTo(volume.AsSpan(_entries[random.Next(_entries.Length)]));
                    break;
                default:
                    ChangeLink(volume, random);
                    break;
            }
        }

        byte[] image = Wrap(volume, random);
        return random.Next(8) == 0 ? image[..random.Next(image.Length)] : image;
    }

    private static void ChangeEntry(Span<byte> entry, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                uint cluster = Number(random);
                BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
                BinaryPrimitives.WriteUInt16LittleEndian(entry[20..], (ushort)(cluster >> 16));
                break;
            case 1:
                BinaryPrimitives.WriteUInt32LittleEndian(entry[28..], random.Next(2) == 0 ? Number(random) : (uint)random.Next(20_000));
                break;
            case 2:
                entry[11] ^= (byte)(1 << random.Next(6));
                break;
            default:
                entry[random.Next(32)] = (byte)random.Next(256);
                break;
        }
    }

    private void ChangeLink(byte[] volume, Random random)
    {
        int cluster = random.Next(2, 64);
        int offset = original.TableStart + (cluster * original.Bits / 8);
        uint value = Number(random);
        if (original.Bits == 32)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(volume.AsSpan(offset), value);
        }
        else
        {
            // On FAT12 this changes a part of the neighbour too, which is as good a damage.
            BinaryPrimitives.WriteUInt16LittleEndian(volume.AsSpan(offset), (ushort)value);
        }
    }

    private static uint Number(Random random) => random.Next(4) == 0 ? Odd[random.Next(Odd.Length)] : (uint)random.Next(64);

    private byte[] Wrap(byte[] volume, Random random)
    {
        switch (layout)
        {
            case DiskLayout.Mbr:
                HandMadeDisk disk = HandMadeDisk.WithMbr(volume, random.Next(2) == 0 ? HandMadeDisk.FatType : HandMadeDisk.EfiType);
                if (random.Next(4) == 0)
                {
                    disk.WriteTable(0, (0x05, random.Next(60), 100), (HandMadeDisk.FatType, random.Next(60), 100));
                    disk.WriteTable(random.Next(1, 40), (HandMadeDisk.FatType, random.Next(60), 100), (0x05, random.Next(60), 100));
                }

                return disk.Bytes;
            case DiskLayout.GuidTable:
                HandMadeDisk guid = HandMadeDisk.WithGuidTable(volume, HandMadeDisk.EfiGuid);
                int header = random.Next(2) == 0 ? 1 : guid.Sectors - 1;
                guid.Sector(random.Next(3) == 0 ? 2 : header)[random.Next(100)] = (byte)random.Next(256);
                if (random.Next(2) == 0)
                {
                    guid.SealGuidTable(header);
                }

                return guid.Bytes;
            default:
                return volume;
        }
    }

    /// <summary>Entries of files and directories, and parts of long names, by their attributes.</summary>
    private static int[] FindEntries(HandMadeFat fat)
    {
        var found = new List<int>();
        for (int i = fat.DataStart - (64 * 32); i + 32 <= fat.Bytes.Length; i += 32)
        {
            byte attributes = fat.Bytes[i + 11];
            if (fat.Bytes[i] is not (0 or (byte)'.')
                && attributes is 0x0f or HandMadeFat.DirectoryAttribute or HandMadeFat.ArchiveAttribute)
            {
                found.Add(i);
            }
        }

        return [.. found];
    }
}
