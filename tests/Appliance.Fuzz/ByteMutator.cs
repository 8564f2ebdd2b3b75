using System.Buffers.Binary;

namespace Appliance.Fuzz;

/// <summary>
/// Damages messages of any kind: flips, odd numbers of all widths and byte orders, pieces left out, doubled or taken from
/// another message, cuts. The same seed damages the same message in the same way.
/// </summary>
internal sealed class ByteMutator(params byte[][] originals)
{
    private static readonly uint[] Odd =
        [0, 1, 2, 3, 4, 7, 8, 0x20, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

    public byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        byte[] message = [.. originals[random.Next(originals.Length)]];
        for (int damages = random.Next(6); damages > 0 && message.Length > 0; damages--)
        {
            int at = random.Next(message.Length);
            int length = random.Next(Math.Min(16, message.Length - at) + 1);
            switch (random.Next(7))
            {
                case 0:
                    message[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    message[at] = (byte)random.Next(256);
                    break;
                case 2:
                    WriteNumber(message.AsSpan(at), Odd[random.Next(Odd.Length)], random.Next(4));
                    break;
                case 3:
                    message = [.. message[..at], .. message[(at + length)..]];
                    break;
                case 4:
                    message = [.. message[..at], .. message[at..(at + length)], .. message[at..]];
                    break;
                case 5:
                    byte[] other = originals[random.Next(originals.Length)];
                    message = [.. message[..at], .. other[Math.Min(at, other.Length)..]];
                    break;
                default:
                    message = message[..at];
                    break;
            }
        }

        return message;
    }

    private static void WriteNumber(Span<byte> place, uint value, int form)
    {
        if (form < 2 && place.Length >= sizeof(ushort))
        {
            BinaryPrimitives.WriteUInt16BigEndian(place, form == 0 ? (ushort)value : BinaryPrimitives.ReverseEndianness((ushort)value));
        }
        else if (place.Length >= sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32BigEndian(place, form == 2 ? value : BinaryPrimitives.ReverseEndianness(value));
        }
    }
}
