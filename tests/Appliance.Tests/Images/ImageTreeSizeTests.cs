using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Fat;
using Appliance.Formats.Tests.Iso9660;
using Appliance.Formats.Tests.Udf;
using Appliance.Images;
using static Appliance.Formats.Tests.Iso9660.HandMadeIso;

namespace Appliance.Tests.Images;

/// <summary>What a large tree costs. Memory is counted for the whole process, so nothing else may run meanwhile.</summary>
[Collection(nameof(ImageTreeSizeTests))]
public sealed class ImageTreeSizeTests
{
    private const int Directories = 100;
    private const int Files = 1000;

    /// <summary>Length of the image that the tree is of: a large DVD.</summary>
    private const long ImageLength = 6L << 30;

    /// <summary>Bytes that the search for descriptors, sessions and anchors may take.</summary>
    private const long SearchBytes = 4 << 20;

    [Fact]
    public void An_ISO_tree_of_a_hundred_thousand_files_is_small_and_costs_no_more_than_its_directories()
    {
        const int DirectorySectors = 70;
        var iso = new HandMadeIso(40_000, rootLength: 40 * SectorLength);
        byte[][] children =
        [
            .. Enumerable.Range(0, Directories).Select(
                i => iso.Directory($"DIR{i}", 100 + (i * DirectorySectors), DirectorySectors * SectorLength)),
        ];
        iso.WriteDirectory(RootSector, 40 * SectorLength, RootSector, [.. Sp(), .. Px(0x41ed)], children);
        for (int directory = 0; directory < Directories; directory++)
        {
            byte[][] files = [.. Enumerable.Range(0, Files).Select(i => iso.File($"F{i}", 39_999, 100, systemUse: Nm(NameOf(i))))];
            iso.WriteDirectory(
                100 + (directory * DirectorySectors), DirectorySectors * SectorLength, RootSector, [], files);
        }

        AssertSmall(iso.Bytes, ((Directories * DirectorySectors) + 40) * SectorLength);
    }

    [Fact]
    public void A_UDF_tree_of_a_hundred_thousand_files_is_small_and_costs_no_more_than_its_entries() =>
        AssertSmall(LargeVolume(), (Files + 60L) * Directories * HandMadeUdf.BlockSize);

    [Fact]
    public void A_FAT_tree_of_a_hundred_thousand_files_is_small_and_costs_no_more_than_its_directories() =>
        AssertSmall(LargeDisk(out long structures), structures);

    private static string NameOf(int file) => $"library-name-{file:d4}_1.2.3-4_amd64.deb";

    /// <summary>Reads the tree of a long image that begins with these bytes.</summary>
    /// <param name="structures">Bytes of all directories, and of what they need to be read.</param>
    private static void AssertSmall(byte[] image, long structures)
    {
        var source = new CountingSource(image, ImageLength);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ImageTree.TryRead(source, out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(1 + Directories + (Directories * Files), tree.Count);
        Assert.InRange(after - before, 0, 24L << 20);
        Assert.InRange(allocated, 0, 64L << 20);
        Assert.InRange(source.BytesRead, 1, structures + SearchBytes);
        Assert.True(tree.TryFind($"/dir99/{NameOf(Files - 1)}", out _));
    }

    private sealed class CountingSource(byte[] start, long length) : SectorSource
    {
        public long BytesRead { get; private set; }

        public override long Length => length;

        public override int Read(long offset, Span<byte> destination)
        {
            int count = (int)Math.Clamp(length - offset, 0, destination.Length);
            BytesRead += count;
            destination[..count].Clear();
            if (offset < start.Length)
            {
                start.AsSpan((int)offset, (int)Math.Min(count, start.Length - offset)).CopyTo(destination);
            }

            return count;
        }
    }

    /// <summary>Each file has two clusters of its own, which lie behind the directories and are not in these bytes.</summary>
    private static byte[] LargeDisk(out long structures)
    {
        var fat = new HandMadeFat(32, present: 30_000, claimed: 250_000);
        uint[] directories = new uint[Directories];
        for (int directory = 0; directory < Directories; directory++)
        {
            byte[][] entries = new byte[Files][];
            for (int file = 0; file < Files; file++)
            {
                string shortName = $"LIB{file:d4}.DEB";
                uint cluster = 30_000 + (2 * (uint)((directory * Files) + file));
                byte[] entry = HandMadeFat.Entry(shortName, fat.Chain(cluster, cluster + 1), 1000);
                entries[file] = [.. HandMadeFat.LongName(NameOf(file), shortName), .. entry];
            }

            directories[directory] = fat.AddDirectory(entries);
        }

        fat.Bytes.AsSpan(fat.OffsetOf(fat.RootCluster), HandMadeFat.SectorLength).Clear();
        uint[] root = [fat.RootCluster, .. Enumerable.Range(0, 6).Select(_ => fat.Take(1))];
        fat.Chain(root);
        for (int i = 0; i < Directories; i++)
        {
            byte[] entry = HandMadeFat.Entry($"DIR{i}", directories[i], 0, HandMadeFat.DirectoryAttribute);
            entry.CopyTo(fat.Cluster(root[i / 16])[(i % 16 * 32)..]);
        }

        structures = fat.OffsetOf(fat.Take(1));
        return fat.Bytes;
    }

    /// <summary>Each file has an entry of its own, as on real discs; they lie behind the directories.</summary>
    private static byte[] LargeVolume()
    {
        const int DirectoryBlocks = 50;
        const uint FirstFile = 8000;
        var udf = new HandMadeUdf(sectors: HandMadeUdf.PartitionStart + (int)FirstFile + (Directories * Files));
        byte[][] children = new byte[Directories][];
        for (int directory = 0; directory < Directories; directory++)
        {
            uint first = FirstFile + (uint)(directory * Files);
            byte[] names = [.. Enumerable.Range(0, Files).SelectMany(i => udf.Identifier(NameOf(i), first + (uint)i))];
            Assert.True(names.Length <= DirectoryBlocks * HandMadeUdf.BlockSize);
            uint data = 1000 + (uint)(directory * DirectoryBlocks);
            names.CopyTo(udf.Bytes.AsSpan((int)udf.EntrySector(data) * HandMadeUdf.BlockSize));
            uint entry = udf.AddEntry(HandMadeUdf.DirectoryType, HandMadeUdf.ShortForm, HandMadeUdf.Short((uint)names.Length, data), names.Length);
            children[directory] = udf.Identifier($"dir{directory}", entry, characteristics: 2);
            for (uint block = first; block < first + Files; block++)
            {
                HandMadeUdf.WriteEntry(udf.EntryBlock(block), block, HandMadeUdf.FileType, HandMadeUdf.ShortForm, HandMadeUdf.Short(100, 900), 100, extended: false);
            }
        }

        uint root = 7000;
        byte[] identifiers = [.. children.SelectMany(static bytes => bytes)];
        identifiers.CopyTo(udf.Bytes.AsSpan((int)udf.EntrySector(root) * HandMadeUdf.BlockSize));
        HandMadeUdf.WriteEntry(
            udf.EntryBlock(HandMadeUdf.RootBlock), HandMadeUdf.RootBlock, HandMadeUdf.DirectoryType, HandMadeUdf.ShortForm,
            HandMadeUdf.Short((uint)identifiers.Length, root), identifiers.Length, extended: false);
        return udf.Bytes;
    }
}

[CollectionDefinition(nameof(ImageTreeSizeTests), DisableParallelization = true)]
public sealed class ImageTreeSizeAlone;
