using System.Buffers.Binary;

namespace Appliance.Fuzz.Iso9660;

/// <summary>
/// Damages an image where it hurts: it finds descriptors, directory records and Rock Ridge entries by their shape and
/// points extents at themselves, their parents or nowhere, stretches lengths, and flips bits. The same seed damages the
/// same image in the same way.
/// </summary>
public sealed class IsoMutator(byte[] original)
{
    private const int SectorLength = 2048;

    private static readonly uint[] Odd = [0, 1, 16, 20, 0x7fffffff, 0x80000000, 0xffffffff];

    private readonly int[] _records = FindRecords(original);
    private readonly int[] _entries = FindEntries(original);

    /// <summary>A damaged copy of the image.</summary>
    public byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        byte[] image = [.. original];
        for (int damages = random.Next(1, 5); damages > 0; damages--)
        {
            switch (random.Next(7))
            {
                case 0:
                    PointRecordElsewhere(image, random);
                    break;
                case 1:
                    StretchRecord(image, random);
                    break;
                case 2:
                    ChangeEntry(image, random);
                    break;
                case 3:
                    Flip(image, random, 16 * SectorLength, 4 * SectorLength);
                    break;
                case 4:
                    Flip(image, random, 0, Math.Min(image.Length, 4 << 20));
                    break;
                case 5:
                    CopySector(image, random);
                    break;
                default:
                    image = image[..random.Next(image.Length)];
                    break;
            }
        }

        return image;
    }

    private void PointRecordElsewhere(byte[] image, Random random)
    {
        uint target = random.Next(3) == 0 ? Odd[random.Next(Odd.Length)] : (uint)random.Next(original.Length / SectorLength);
        Write(image, Pick(_records, random) + 2, target);
    }

    private void StretchRecord(byte[] image, Random random)
    {
        int record = Pick(_records, random);
        switch (random.Next(4))
        {
            case 0:
                Write(image, record + 10, Odd[random.Next(Odd.Length)]);
                break;
            case 1:
                Set(image, record, (byte)random.Next(256));
                break;
            case 2:
                Set(image, record + 25, (byte)random.Next(256));
                break;
            default:
                Set(image, record + 32, (byte)random.Next(256));
                break;
        }
    }

    private void ChangeEntry(byte[] image, Random random)
    {
        int entry = Pick(_entries, random);
        if (random.Next(2) == 0)
        {
            Set(image, entry + 2, (byte)random.Next(256));
        }
        else
        {
            Write(image, entry + 4 + (8 * random.Next(3)), (uint)random.Next(original.Length / SectorLength));
        }
    }

    private static void Flip(byte[] image, Random random, int start, int length)
    {
        for (int bits = random.Next(1, 65); bits > 0; bits--)
        {
            Set(image, start + random.Next(length), (byte)random.Next(256));
        }
    }

    private static void CopySector(byte[] image, Random random)
    {
        int sectors = image.Length / SectorLength;
        if (sectors > 17)
        {
            int from = random.Next(16, sectors) * SectorLength;
            int to = random.Next(16, sectors) * SectorLength;
            image.AsSpan(from, SectorLength).CopyTo(image.AsSpan(to));
        }
    }

    private static int Pick(int[] places, Random random) => places.Length == 0 ? 0 : places[random.Next(places.Length)];

    private static void Set(byte[] image, int offset, byte value)
    {
        if (offset < image.Length)
        {
            image[offset] = value;
        }
    }

    private static void Write(byte[] image, int offset, uint value)
    {
        if (offset + 8 <= image.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);
            BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(offset + 4), value);
        }
    }

    /// <summary>A both-endian extent and a both-endian length, one after the other, and volume number 1.</summary>
    private static int[] FindRecords(byte[] image)
    {
        var found = new List<int>();
        for (int i = 16 * SectorLength; i + 34 <= image.Length; i += 2)
        {
            if (image[i] >= 34 && image[i + 28] == 1 && image[i + 31] == 1 && Agrees(image, i + 2) && Agrees(image, i + 10))
            {
                found.Add(i);
            }
        }

        return [.. found];
    }

    private static int[] FindEntries(byte[] image)
    {
        var found = new List<int>();
        for (int i = 18 * SectorLength; i + 28 <= image.Length; i++)
        {
            ReadOnlySpan<byte> signature = image.AsSpan(i, 2);
            bool known = signature.SequenceEqual("NM"u8) || signature.SequenceEqual("CE"u8) || signature.SequenceEqual("SL"u8)
                || signature.SequenceEqual("CL"u8) || signature.SequenceEqual("PX"u8) || signature.SequenceEqual("RE"u8);
            if (known && image[i + 2] >= 4 && image[i + 3] == 1)
            {
                found.Add(i);
            }
        }

        return [.. found];
    }

    private static bool Agrees(byte[] image, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(offset)) == BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(offset + 4));
}
