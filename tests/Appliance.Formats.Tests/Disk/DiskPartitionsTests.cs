using System.Collections.Immutable;
using Appliance.Formats.Disk;
using Appliance.Formats.Iso9660;
using static Appliance.Formats.Tests.Disk.HandMadeDisk;

namespace Appliance.Formats.Tests.Disk;

public sealed class DiskPartitionsTests
{
    [Fact]
    public void Primary_and_logical_partitions_are_listed_in_order()
    {
        var disk = new HandMadeDisk(400);
        disk.WriteTable(0, (FatType, 40, 10), (0x0f, 100, 200), (0, 0, 0), (EfiType, 60, 20));
        disk.WriteTable(100, (FatType, 1, 30), (0x05, 50, 40));
        disk.WriteTable(150, (0x83, 2, 31));
        Assert.Equal(
            [(40, 10, false), (101, 30, false), (152, 31, false), (60, 20, true)],
            Read(disk).Select(static partition => (partition.Offset / 512, partition.Length / 512, partition.IsEfiSystem)));
    }

    [Fact]
    public void Logical_partitions_in_a_circle_end()
    {
        var disk = new HandMadeDisk(400);
        disk.WriteTable(0, (0x05, 100, 200));
        disk.WriteTable(100, (FatType, 1, 30), (0x05, 50, 40));
        disk.WriteTable(150, (FatType, 2, 31), (0x05, 0, 40));
        Assert.Equal(2, Read(disk).Length);
        disk.WriteTable(150, (FatType, 2, 31), (0x05, -1, 40));
        Assert.Equal(2, Read(disk).Length);
    }

    [Fact]
    public void A_GUID_partition_table_is_read_and_its_empty_entries_are_none()
    {
        HandMadeDisk disk = WithGuidTable(new byte[20 * 512], EfiGuid);
        Assert.Equal([new DiskPartition(FirstPartition * 512, 20 * 512, IsEfiSystem: true)], Read(disk).AsEnumerable());
    }

    [Fact]
    public void A_table_in_blocks_of_4096_bytes_is_read()
    {
        HandMadeDisk small = WithGuidTable(new byte[20 * 512], EfiGuid);
        var disk = new HandMadeDisk(1024);
        small.Sector(1).CopyTo(disk.Sector(8));
        small.Sector(2).CopyTo(disk.Sector(16));
        Assert.Equal([new DiskPartition(FirstPartition * 4096, 20 * 4096, IsEfiSystem: true)], Read(disk).AsEnumerable());
    }

    [Fact]
    public void The_copy_at_the_end_is_read_when_the_first_is_damaged()
    {
        for (int offset = 0; offset < 92; offset++)
        {
            HandMadeDisk disk = WithGuidTable(new byte[20 * 512], DataGuid);
            disk.Sector(1)[offset] ^= 0x55;
            Assert.False(Assert.Single(Read(disk)).IsEfiSystem);
        }

        HandMadeDisk entries = WithGuidTable(new byte[20 * 512], EfiGuid);
        entries.Sector(2)[33] ^= 1;
        Assert.Equal(FirstPartition * 512, Assert.Single(Read(entries)).Offset);
    }

    [Fact]
    public void Two_damaged_copies_are_a_defect()
    {
        HandMadeDisk disk = WithGuidTable(new byte[20 * 512], EfiGuid);
        disk.Sector(1)[20] ^= 1;
        disk.Sector(disk.Sectors - 1).Clear();
        Assert.False(DiskPartitions.TryRead(disk.Source, out _, out IsoDefect? defect));
        Assert.Contains("both copies of its partition table are damaged", defect.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, int.MaxValue)]
    [InlineData(80, -1)]
    [InlineData(84, 127)]
    [InlineData(84, -1)]
    [InlineData(72, -1)]
    [InlineData(72, int.MaxValue)]
    public void Impossible_numbers_of_a_GUID_partition_table_are_refused(int offset, int value)
    {
        HandMadeDisk disk = WithGuidTable(new byte[20 * 512], EfiGuid);
        foreach (int header in (int[])[1, disk.Sectors - 1])
        {
            BitConverter.TryWriteBytes(disk.Sector(header)[offset..], value);
            disk.SealGuidTable(header);
        }

        Assert.False(DiskPartitions.TryRead(disk.Source, out _, out IsoDefect? defect));
        Assert.NotEmpty(defect.Reason);
    }

    [Fact]
    public void Blocks_of_a_partition_beyond_every_disk_are_skipped()
    {
        var disk = new HandMadeDisk(200);
        disk.WriteTable(0, (0xee, 1, 199));
        disk.WriteGuidTable(
            (DataGuid, long.MaxValue / 512, long.MaxValue), (DataGuid, 50, 49), (DataGuid, -2, -1), (EfiGuid, 60, 60));
        Assert.Equal([new DiskPartition(60 * 512, 512, IsEfiSystem: true)], Read(disk).AsEnumerable());
    }

    [Fact]
    public void A_boot_sector_with_code_in_the_place_of_the_table_has_no_partitions()
    {
        var disk = new HandMadeDisk(10);
        disk.WriteTable(0, (FatType, 1, 5));
        disk.Sector(0)[446 + 16] = 0x31;
        Assert.Empty(Read(disk));
        disk.Sector(0)[446 + 16] = 0x80;
        Assert.Single(Read(disk));
        disk.Sector(0)[511] = 0;
        Assert.Empty(Read(disk));
    }

    [Fact]
    public void Any_cut_of_a_disk_has_its_partitions_or_none()
    {
        HandMadeDisk disk = WithGuidTable(new byte[4 * 512], EfiGuid);
        for (int length = 0; length < disk.Bytes.Length; length++)
        {
            bool read = DiskPartitions.TryRead(
                new MemorySectorSource(disk.Bytes.AsMemory(0, length)), out ImmutableArray<DiskPartition> partitions, out IsoDefect? defect);
            Assert.Equal(read, defect is null);
            Assert.Equal(length >= (2 * 512) + (8 * 128), partitions.Length == 1);
        }
    }

    private static ImmutableArray<DiskPartition> Read(HandMadeDisk disk)
    {
        Assert.True(DiskPartitions.TryRead(disk.Source, out ImmutableArray<DiskPartition> partitions, out IsoDefect? defect), defect?.Reason);
        return partitions;
    }
}
