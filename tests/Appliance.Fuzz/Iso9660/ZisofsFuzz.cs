using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Iso9660;

namespace Appliance.Fuzz.Iso9660;

/// <summary>Damaged files of zisofs (I-03): each block is read whole or refused with a reason.</summary>
public sealed class ZisofsFuzz
{
    private const int Cases = 5_000;

    /// <summary>Blocks that are read of a file that claims to have more: the first and the last.</summary>
    private const int MaxBlocks = 4;

    [Fact]
    public void Damaged_files_end_in_blocks_or_a_reason()
    {
        byte[] text = new byte[70_000];
        for (int i = 0; i < 50_000; i++)
        {
            text[i] = (byte)(i * i / 1000);
        }

        var mutator = new ByteMutator(
            HandMadeZisofs.Compress(text, version: 1, bits: 15), HandMadeZisofs.Compress(text, version: 2, bits: 15),
            HandMadeZisofs.Compress(text, version: 1, bits: 17));
        byte[] block = new byte[1 << 17];
        FuzzCases.Run(Cases, seed =>
        {
            byte[] damaged = mutator.Mutate(seed);
            bool read = ZisofsFile.TryOpen(new MemorySectorSource(damaged), out ZisofsFile? file, out string? reason);
            Assert.Equal(read, reason is null);
            if (read)
            {
                ReadBlocks(file!, block);
            }
        });
    }

    private static void ReadBlocks(ZisofsFile file, byte[] block)
    {
        Assert.InRange(file.BlockLength, 1 << 15, block.Length);
        long last = (file.Length - 1) / file.BlockLength;
        for (long index = 0; index <= last; index = index < MaxBlocks ? index + 1 : Math.Max(last, index + 1))
        {
            bool whole = file.TryReadBlock(index, block, out int length, out string? reason);
            Assert.Equal(whole, reason is null);
            Assert.InRange(length, 1, file.BlockLength);
        }
    }
}
