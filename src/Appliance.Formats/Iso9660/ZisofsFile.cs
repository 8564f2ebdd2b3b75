using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// A file as zisofs records it: a header, a table of pointers, then blocks that zlib has compressed one by one; a block of
/// no bytes stands for zeros (libisofs, doc/zisofs_format.txt and zisofs2_format.txt).
/// <code>
/// version 1: 0 37 E4 53 96 C9 DB D6 07 | 8 length (4) | 12 header length / 4 | 13 log2 of block length | 14 zero (2)
/// version 2: 0 EF 22 55 A1 BC 1B 95 A0 | 8 zero | 9 header length / 4 | 10 algorithm | 11 log2 of block length
///            12 length (8) | 20 padding (4)
/// behind it: pointers of 4 or 8 bytes, one for each block and one for the end of the last
/// </code>
/// </summary>
public sealed class ZisofsFile
{
    private const int MagicLength = 8;
    private const int FirstHeaderLength = 16;
    private const int FirstLengthOffset = MagicLength;
    private const int FirstHeaderLengthOffset = FirstLengthOffset + sizeof(uint);
    private const int FirstBlockLengthOffset = FirstHeaderLengthOffset + 1;
    private const int SecondHeaderLength = 24;
    private const int SecondVersionOffset = MagicLength;
    private const int SecondHeaderLengthOffset = SecondVersionOffset + 1;
    private const int SecondAlgorithmOffset = SecondHeaderLengthOffset + 1;
    private const int SecondBlockLengthOffset = SecondAlgorithmOffset + 1;
    private const int SecondLengthOffset = SecondBlockLengthOffset + 1;

    /// <summary>The only algorithm that the framework has too: zlib.</summary>
    private const byte Zlib = 1;

    /// <summary>
    /// "Readers shall be able to handle log2(block_size) values 15, 16 and 17 […] Writers must not use other sizes." xorriso
    /// can be told to, but each transfer keeps a block in memory.
    /// </summary>
    private const int MinBlockBits = 15;
    private const int MaxBlockBits = 17;

    private readonly SectorSource _compressed;
    private readonly int _headerLength;
    private readonly int _pointerLength;
    private readonly int _blockBits;

    private ZisofsFile(SectorSource compressed, byte headerWords, int pointerLength, byte blockBits, ulong length)
    {
        _compressed = compressed;
        _headerLength = headerWords * sizeof(uint);
        _pointerLength = pointerLength;
        _blockBits = blockBits;
        Length = (long)Math.Min(length, long.MaxValue);
    }

    private static ReadOnlySpan<byte> FirstMagic => [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07];

    private static ReadOnlySpan<byte> SecondMagic => [0xef, 0x22, 0x55, 0xa1, 0xbc, 0x1b, 0x95, 0xa0];

    /// <summary>Bytes before compression.</summary>
    public long Length { get; }

    /// <summary>Bytes of every block but the last before compression: 32, 64 or 128 KiB.</summary>
    public int BlockLength => 1 << _blockBits;

    /// <summary>
    /// Where the table ends and the blocks begin. A whole table is there, so no short file pretends to be of any length.
    /// </summary>
    private long DataOffset => _headerLength + ((BlockCount + 1) * _pointerLength);

    private long BlockCount => (Length / BlockLength) + (Length % BlockLength > 0 ? 1 : 0);

    /// <summary>Reads the header; false with a reason when it is none, or of a kind that is not known.</summary>
    /// <param name="compressed">The file's bytes as recorded.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool TryOpen(
        SectorSource compressed, [NotNullWhen(true)] out ZisofsFile? file, [NotNullWhen(false)] out string? reason)
    {
        Span<byte> header = stackalloc byte[SecondHeaderLength];
        header = header[..compressed.Read(0, header)];
        if (header.Length >= FirstHeaderLength && header.StartsWith(FirstMagic))
        {
            file = new ZisofsFile(
                compressed, header[FirstHeaderLengthOffset], sizeof(uint), header[FirstBlockLengthOffset],
                BinaryPrimitives.ReadUInt32LittleEndian(header[FirstLengthOffset..]));
            reason = file.Judge(FirstHeaderLength);
        }
        else if (header.Length >= SecondHeaderLength && header.StartsWith(SecondMagic))
        {
            file = new ZisofsFile(
                compressed, header[SecondHeaderLengthOffset], sizeof(ulong), header[SecondBlockLengthOffset],
                BinaryPrimitives.ReadUInt64LittleEndian(header[SecondLengthOffset..]));
            bool isKnown = header[SecondVersionOffset] == 0 && header[SecondAlgorithmOffset] == Zlib;
            reason = isKnown ? file.Judge(SecondHeaderLength) : "it was compressed by an algorithm other than zlib";
        }
        else
        {
            file = null;
            reason = "it has no header of zisofs";
        }

        file = reason is null ? file : null;
        return file is not null;
    }

    /// <summary>
    /// Reads one block: exactly as many bytes as it has, which is <see cref="BlockLength"/> but for the last. False with a
    /// reason when it is damaged.
    /// </summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="block">Room for it.</param>
    /// <param name="length">Bytes it has.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryReadBlock(long index, Span<byte> block, out int length, [NotNullWhen(false)] out string? reason)
    {
        length = (int)Math.Clamp(Length - (index * BlockLength), 0, BlockLength);
        Span<byte> pointers = stackalloc byte[2 * sizeof(ulong)];
        pointers = pointers[..(2 * _pointerLength)];
        if (!_compressed.TryReadExactly(_headerLength + (index * _pointerLength), pointers))
        {
            reason = "its table of blocks is cut off";
            return false;
        }

        ulong start = ReadPointer(pointers);
        ulong end = ReadPointer(pointers[_pointerLength..]);
        if (start < (ulong)DataOffset || end < start || end > (ulong)_compressed.Length)
        {
            reason = "a block lies outside of it";
            return false;
        }

        if (start == end)
        {
            block[..length].Clear();
            reason = null;
            return true;
        }

        // zlib makes a block that cannot be compressed longer by a few bytes, never twice as long.
        reason = end - start > 2 * (ulong)BlockLength ? "a block is longer than zlib would make it" :
            TryInflate((long)start, (int)(end - start), block[..length]) ? null :
            "a block is damaged";
        return reason is null;
    }

    /// <summary>What is wrong with its header, or null.</summary>
    private string? Judge(int minHeaderLength) =>
        _headerLength < minHeaderLength ? "its header is damaged" :
        _blockBits is < MinBlockBits or > MaxBlockBits ? "its blocks are not of 32, 64 or 128 KiB" :
        DataOffset > _compressed.Length ? "its table of blocks is cut off" :
        null;

    private ulong ReadPointer(ReadOnlySpan<byte> pointer) => _pointerLength == sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(pointer)
        : BinaryPrimitives.ReadUInt32LittleEndian(pointer);

    /// <summary>Whether the bytes are zlib's, whole, and exactly as many as expected when inflated.</summary>
    private bool TryInflate(long offset, int count, Span<byte> block)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            if (!_compressed.TryReadExactly(offset, buffer.AsSpan(0, count)))
            {
                return false;
            }

            using var stream = new ZLibStream(new MemoryStream(buffer, 0, count), CompressionMode.Decompress);
            return stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) == block.Length && stream.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
