using System.Buffers.Binary;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Tests.Iso9660;

/// <summary>Files of zisofs, both versions, well and badly made (I-03).</summary>
public sealed class ZisofsFileTests
{
    private const int Bits = 15;
    private const int BlockLength = 1 << Bits;

    public static TheoryData<int, int, int> Kinds
    {
        get
        {
            var kinds = new TheoryData<int, int, int>();
            foreach (int bits in new[] { 15, 16, 17 })
            {
                foreach (int length in new[] { 0, 1, 32767, 32768, 32769, 300_000 })
                {
                    kinds.Add(1, bits, length);
                    kinds.Add(2, bits, length);
                }
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Blocks_read_as_they_were_before(int version, int bits, int length)
    {
        byte[] original = Sample(length);
        byte[] compressed = HandMadeZisofs.Compress(original, version, bits);
        Assert.True(ZisofsFile.TryOpen(new MemorySectorSource(compressed), out ZisofsFile? file, out string? reason), reason);
        Assert.Equal((length, 1 << bits), (file.Length, file.BlockLength));
        Assert.Equal(original, ReadAll(compressed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Blocks_of_no_bytes_are_zeros(int version)
    {
        byte[] original = Sample((3 * BlockLength) + 5);
        original.AsSpan(BlockLength, BlockLength).Clear();
        original.AsSpan(3 * BlockLength).Clear();
        byte[] compressed = HandMadeZisofs.Compress(original, version, Bits);
        Assert.True(compressed.Length < HandMadeZisofs.Compress(Sample(original.Length), version, Bits).Length);
        Assert.Equal(original, ReadAll(compressed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_truncation_is_refused(int version)
    {
        byte[] compressed = HandMadeZisofs.Compress(Sample(2 * BlockLength), version, Bits);
        for (int length = 0; length < compressed.Length; length += length < 64 ? 1 : 97)
        {
            Assert.Null(ReadAll(compressed[..length]));
        }
    }

    [Theory]
    [InlineData(1, 0, 0x36, "it has no header of zisofs")]
    [InlineData(1, 12, 3, "its header is damaged")]
    [InlineData(1, 13, 14, "its blocks are not of 32, 64 or 128 KiB")]
    [InlineData(1, 13, 18, "its blocks are not of 32, 64 or 128 KiB")]
    [InlineData(1, 12, 255, "a block lies outside of it")]
    [InlineData(1, 11, 0x80, "its table of blocks is cut off")]
    [InlineData(1, 16, 8, "a block lies outside of it")]
    [InlineData(1, 19, 0x80, "a block lies outside of it")]
    [InlineData(1, 23, 0x80, "a block lies outside of it")]
    [InlineData(2, 0, 0x36, "it has no header of zisofs")]
    [InlineData(2, 8, 1, "it was compressed by an algorithm other than zlib")]
    [InlineData(2, 9, 5, "its header is damaged")]
    [InlineData(2, 10, 2, "it was compressed by an algorithm other than zlib")]
    [InlineData(2, 11, 14, "its blocks are not of 32, 64 or 128 KiB")]
    [InlineData(2, 11, 18, "its blocks are not of 32, 64 or 128 KiB")]
    [InlineData(2, 11, 255, "its blocks are not of 32, 64 or 128 KiB")]
    [InlineData(2, 19, 0x80, "its table of blocks is cut off")]
    [InlineData(2, 31, 0x80, "a block lies outside of it")]
    public void A_wrong_byte_is_said(int version, int offset, byte value, string expected)
    {
        byte[] compressed = HandMadeZisofs.Compress(Sample(40_000), version, Bits);
        compressed[offset] = value;
        string? reason = Reason(compressed);
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_block_that_is_not_zlibs_is_damaged()
    {
        byte[] compressed = HandMadeZisofs.Compress(Sample(1000), 1, Bits);
        compressed[^1] ^= 1;
        Assert.Equal("a block is damaged", Reason(compressed));
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    [InlineData(5_000_000)]
    public void A_block_of_another_length_than_it_should_have_is_damaged(int length)
    {
        byte[] compressed = HandMadeZisofs.Compress(new byte[length].Select(static _ => (byte)1).ToArray(), 1, 17, Math.Max(length, 1 << 17));
        BinaryPrimitives.WriteUInt32LittleEndian(compressed.AsSpan(8), 1000);
        Assert.Equal("a block is damaged", Reason(compressed));
    }

    [Fact]
    public void A_block_twice_as_long_as_before_is_refused()
    {
        byte[] compressed = [.. HandMadeZisofs.Compress(Sample(1000), 1, Bits), .. new byte[2 * BlockLength]];
        BinaryPrimitives.WriteUInt32LittleEndian(compressed.AsSpan(20), (uint)compressed.Length);
        Assert.Equal("a block is longer than zlib would make it", Reason(compressed));
    }

    [Fact]
    public void No_damage_gets_through_and_none_is_fatal()
    {
        byte[] original = Sample(100_000);
        byte[] compressed = HandMadeZisofs.Compress(original, 2, Bits);
        var random = new Random(9660);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. compressed];
            damaged[random.Next(i % 2 == 0 ? 56 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            byte[]? content = ReadAll(damaged);
            Assert.True(content is null || content.AsSpan().SequenceEqual(original), $"damage {i}");
            refused += content is null ? 1 : 0;
        }

        Assert.InRange(refused, 1500, 2000);
    }

    /// <summary>All blocks; null when it is refused.</summary>
    private static byte[]? ReadAll(byte[] compressed) => Read(compressed, out byte[] content) is null ? content : null;

    private static string? Reason(byte[] compressed) => Read(compressed, out _);

    private static string? Read(byte[] compressed, out byte[] content)
    {
        content = [];
        if (!ZisofsFile.TryOpen(new MemorySectorSource(compressed), out ZisofsFile? file, out string? reason))
        {
            return reason;
        }

        var all = new List<byte>();
        byte[] block = new byte[file.BlockLength];
        while (all.Count < file.Length)
        {
            if (!file.TryReadBlock(all.Count / file.BlockLength, block, out int length, out reason))
            {
                return reason;
            }

            all.AddRange(block.AsSpan(0, length));
        }

        content = [.. all];
        return null;
    }

    /// <summary>Bytes of which some can be compressed.</summary>
    private static byte[] Sample(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes.AsSpan(0, length / 2));
        bytes.AsSpan(length / 2).Fill(7);
        return bytes;
    }
}
