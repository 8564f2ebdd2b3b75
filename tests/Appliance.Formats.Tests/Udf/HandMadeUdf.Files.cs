using System.Buffers.Binary;
using System.Text;

namespace Appliance.Formats.Tests.Udf;

/// <content>Directories, files and their extents.</content>
internal sealed partial class HandMadeUdf
{
    public const int DirectoryType = 4;
    public const int FileType = 5;
    public const int LinkType = 12;
    public const int ShortForm = 0;
    public const int LongForm = 1;
    public const int ExtendedForm = 2;
    public const int EmbeddedForm = 3;

    public void WriteRoot(params byte[][] identifiers) => WriteDirectory(RootBlock, identifiers);

    public uint AddDirectory(params byte[][] identifiers)
    {
        uint block = TakeEntry();
        WriteDirectory(block, identifiers);
        return block;
    }

    /// <summary>A directory; in its own entry where it fits there, else in a file of its own.</summary>
    public void WriteDirectory(uint block, params byte[][] identifiers)
    {
        byte[] content = [.. Identifier("", RootBlock, characteristics: 0x0a), .. identifiers.SelectMany(static bytes => bytes)];
        bool fits = content.Length <= BlockSize - 216;
        byte[] allocation = fits ? content : AddContent(content, LongForm, 2);
        WriteEntry(EntryBlock(block), block, DirectoryType, fits ? EmbeddedForm : LongForm, allocation, content.Length, extended: false);
    }

    /// <summary>A file whose content is recorded in a form, in so many pieces; returns its entry's block.</summary>
    public uint AddFile(byte[] content, int form = EmbeddedForm, int pieces = 1, bool extended = false) =>
        AddEntry(FileType, form, form == EmbeddedForm ? content : AddContent(content, form, pieces), content.Length, extended);

    public uint AddEntry(int type, int form, byte[] allocation, long length, bool extended = false)
    {
        uint block = TakeEntry();
        WriteEntry(EntryBlock(block), block, type, form, allocation, length, extended);
        return block;
    }

    public static void WriteEntry(Span<byte> bytes, uint block, int type, int form, byte[] allocation, long length, bool extended)
    {
        bytes.Clear();
        int area = extended ? 216 : 176;
        bytes[20] = 4;
        bytes[27] = (byte)type;
        bytes[34] = (byte)form;
        Write(bytes, 44, 0x14a5);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[56..], length);
        byte[] modified = [0x3c, 0x10, 0xe8, 0x07, 2, 29, 12, 30, 15, 0, 0, 0];
        modified.CopyTo(bytes[(extended ? 92 : 84)..]);
        Write(bytes, area - 4, (uint)allocation.Length);
        allocation.CopyTo(bytes[area..]);
        Seal(bytes, extended ? 266 : 261, block, area + allocation.Length);
    }

    /// <summary>A block of further allocation descriptors, and the long descriptor that leads to it.</summary>
    public byte[] AddContinuation(params byte[][] descriptors)
    {
        uint block = TakeData(1);
        WriteContinuation(block, descriptors);
        return Long(BlockSize, block, 0, type: 3);
    }

    public void WriteContinuation(uint block, params byte[][] descriptors)
    {
        byte[] area = [.. descriptors.SelectMany(static bytes => bytes)];
        Span<byte> bytes = DataBlock(block);
        bytes.Clear();
        Write(bytes, 20, (uint)area.Length);
        area.CopyTo(bytes[24..]);
        Seal(bytes, 258, block, 24 + area.Length);
    }

    public static byte[] Short(uint length, uint block, uint type = 0)
    {
        byte[] descriptor = new byte[8];
        Write(descriptor, 0, length | (type << 30), block);
        return descriptor;
    }

    public static byte[] Long(uint length, uint block, ushort partition, uint type = 0)
    {
        byte[] descriptor = new byte[16];
        Write(descriptor, 0, length | (type << 30), block, partition);
        return descriptor;
    }

    public static byte[] Extended(uint length, uint block, ushort partition, uint? recorded = null)
    {
        byte[] descriptor = new byte[20];
        Write(descriptor, 0, length, recorded ?? length, length, block, partition);
        return descriptor;
    }

    /// <summary>A name that leads to an entry.</summary>
    public byte[] Identifier(string name, uint block, int characteristics = 0, byte? compression = null, ushort? partition = null)
    {
        bool wide = name.Any(static letter => letter > 0xff);
        Encoding encoding = wide ? Encoding.BigEndianUnicode : Encoding.Latin1;
        byte[] recorded = name.Length == 0 ? [] : [compression ?? (byte)(wide ? 16 : 8), .. encoding.GetBytes(name)];
        byte[] identifier = new byte[(38 + recorded.Length + 3) & ~3];
        identifier[16] = 1;
        identifier[18] = (byte)characteristics;
        identifier[19] = (byte)recorded.Length;
        Long(BlockSize, block, partition ?? EntryPartition).CopyTo(identifier, 20);
        recorded.CopyTo(identifier, 38);
        Seal(identifier, 257, 0, identifier.Length);
        return identifier;
    }

    public static byte[] LinkTo(params (int Type, string Name)[] components) =>
    [
        .. components.SelectMany(static component => (byte[])
        [
            (byte)component.Type,
            (byte)(component.Name.Length == 0 ? 0 : component.Name.Length + 1),
            0,
            0,
            .. component.Name.Length == 0 ? [] : (byte[])[8, .. Encoding.Latin1.GetBytes(component.Name)],
        ]),
    ];

    /// <summary>Writes content in pieces of whole blocks with a gap between them; returns the descriptors.</summary>
    private byte[] AddContent(byte[] content, int form, int pieces)
    {
        var descriptors = new List<byte>();
        int blocks = (content.Length + BlockSize - 1) / BlockSize;
        int perPiece = Math.Max(1, (blocks + pieces - 1) / pieces);
        for (int start = 0; start < blocks; start += perPiece)
        {
            int count = Math.Min(perPiece, blocks - start);
            uint length = (uint)Math.Min(count * BlockSize, content.Length - (start * BlockSize));
            uint first = form == ShortForm ? _nextEntry : TakeData(count + 1);
            _nextEntry += form == ShortForm ? (uint)count + 1 : 0;
            for (int i = 0; i < count; i++)
            {
                Span<byte> target = form == ShortForm ? EntryBlock(first + (uint)i) : DataBlock(first + (uint)i);
                content.AsSpan((start + i) * BlockSize, Math.Min(BlockSize, content.Length - ((start + i) * BlockSize))).CopyTo(target);
            }

            descriptors.AddRange(form switch
            {
                ShortForm => Short(length, first),
                LongForm => Long(length, first, 0),
                _ => Extended(length, first, 0),
            });
        }

        return [.. descriptors];
    }
}
