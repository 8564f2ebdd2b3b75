using System.Text;

namespace Appliance.Tests.Images.Archives;

/// <summary>Writes tar headers as they come, right or wrong (POSIX.1-2001 ustar; pax records; GNU long names).</summary>
internal sealed class HandMadeTar
{
    private const int Block = 512;

    private readonly List<byte> _bytes = [];

    /// <summary>Adds an entry with its data.</summary>
    /// <param name="type">Type flag: '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' folder, '6' pipe.</param>
    /// <param name="size">Size in the header; the data's own unless told otherwise. 8 GiB and more are written in base 256.</param>
    public HandMadeTar Add(string name, string data = "", char type = '0', string link = "", long? size = null)
    {
        byte[] content = Encoding.UTF8.GetBytes(data);
        byte[] header = new byte[Block];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Put(header, 100, "0000644");
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        long length = size ?? content.Length;
        if (length < 1L << 33)
        {
            Put(header, 124, Convert.ToString(length, 8).PadLeft(11, '0'));
        }
        else
        {
            header[124] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), length);
        }

        Put(header, 136, "14000000000");
        header[156] = (byte)type;
        Put(header, 157, link);
        Put(header, 257, "ustar");
        Put(header, 263, "00");
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, Convert.ToString(header.Sum(static value => value), 8).PadLeft(6, '0') + "\0 ");
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(Block - (content.Length % Block)) % Block]);
        return this;
    }

    /// <summary>Adds a pax header for the entry that follows, or, as type 'g', for all that follow.</summary>
    public HandMadeTar AddPax(string key, string value, char type = 'x')
    {
        string rest = $" {key}={value}\n";
        int length = Encoding.UTF8.GetByteCount(rest);
        int total = length + 1;
        while (total != length + total.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
        {
            total++;
        }

        return Add("pax", total + rest, type);
    }

    /// <summary>Ends the archive as it should end, with two blocks of zeros.</summary>
    public byte[] End() => [.. _bytes, .. new byte[2 * Block]];

    /// <summary>The entries without an end.</summary>
    public byte[] Cut() => [.. _bytes];

    private static void Put(byte[] header, int offset, string text) => Encoding.UTF8.GetBytes(text).CopyTo(header, offset);
}
