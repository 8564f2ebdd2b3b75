using System.Buffers.Binary;
using System.IO.Compression;

namespace Appliance.Formats.Tests.Iso9660;

/// <summary>Writes files of zisofs, by libisofs' doc/zisofs_format.txt and zisofs2_format.txt.</summary>
internal static class HandMadeZisofs
{
    public static byte[] Compress(byte[] original, int version, int bits) => Compress(original, version, bits, 1 << bits);

    /// <param name="version">1 or 2.</param>
    /// <param name="bits">What the header says of the length of blocks, as a logarithm.</param>
    /// <param name="blockLength">Their length indeed.</param>
    public static byte[] Compress(byte[] original, int version, int bits, int blockLength)
    {
        byte[][] blocks = [.. original.Chunk(blockLength).Select(Deflate)];
        int pointerLength = 4 * version;
        byte[] header = new byte[version == 1 ? 16 : 24];
        Convert.FromHexString(version == 1 ? "37E45396C9DBD607" : "EF2255A1BC1B95A0").CopyTo(header, 0);
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), (uint)original.Length);
            (header[12], header[13]) = (4, (byte)bits);
        }
        else
        {
            (header[9], header[10], header[11]) = (6, 1, (byte)bits);
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(12), (ulong)original.Length);
        }

        byte[] pointers = new byte[(blocks.Length + 1) * pointerLength];
        int position = header.Length + pointers.Length;
        for (int i = 0; i <= blocks.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(pointers.AsSpan(i * pointerLength), (uint)position);
            position += i < blocks.Length ? blocks[i].Length : 0;
        }

        return [.. header, .. pointers, .. blocks.SelectMany(static block => block)];
    }

    private static byte[] Deflate(byte[] block)
    {
        if (!block.AsSpan().ContainsAnyExcept((byte)0))
        {
            return [];
        }

        var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.Fastest))
        {
            stream.Write(block);
        }

        return compressed.ToArray();
    }
}
