using System.Diagnostics;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
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

    [Fact]
    public void An_ISO_tree_of_a_hundred_thousand_files_is_small_and_quickly_read()
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

        AssertSmallAndQuick(iso.Bytes);
    }

    [Fact]
    public void A_UDF_tree_of_a_hundred_thousand_files_is_small_and_quickly_read() => AssertSmallAndQuick(LargeVolume());

    private static string NameOf(int file) => $"library-name-{file:d4}_1.2.3-4_amd64.deb";

    private static void AssertSmallAndQuick(byte[] image)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        Assert.True(
            ImageTree.TryRead(new MemorySectorSource(image), out ImageTree? tree, out IsoDefect? defect, default), defect?.ToString());
        watch.Stop();
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(1 + Directories + (Directories * Files), tree.Count);
        Assert.InRange(after - before, 0, 24L << 20);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.True(tree.TryFind($"/dir99/{NameOf(Files - 1)}", out _));
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
