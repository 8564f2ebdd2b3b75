using System.Buffers.Binary;
using Appliance.Formats.Tests.Udf;

namespace Appliance.Fuzz.Udf;

/// <summary>
/// Damages a UDF image where it hurts: it finds descriptors by their tags, points their extents and addresses at
/// themselves, at each other or nowhere, and completes the tag again, so that the damage is looked at and not only its
/// checksum. The same seed damages the same image in the same way.
/// </summary>
internal sealed class UdfMutator(byte[] original)
{
    private const int SectorLength = HandMadeUdf.BlockSize;

    private static readonly uint[] Odd = [0, 1, 2, 63, 64, 255, 0x3fffffff, 0x40000000, 0x7fffffff, 0xc0000800, 0xffffffff];

    private readonly int[] _descriptors = FindDescriptors(original);

    /// <summary>A damaged copy of the image.</summary>
    public byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        byte[] image = [.. original];
        for (int damages = random.Next(1, 4); damages > 0; damages--)
        {
            switch (random.Next(8))
            {
                case 0:
                    image.AsSpan(random.Next(16, image.Length / SectorLength) * SectorLength, SectorLength)[..512].Reverse();
                    break;
                case 1:
                    CopyDescriptor(image, random);
                    break;
                case 2 when image.Length == original.Length && random.Next(4) == 0:
                    return image[..random.Next(image.Length)];
                default:
                    ChangeDescriptor(image, random);
                    break;
            }
        }

        return image;
    }

    private void ChangeDescriptor(byte[] image, Random random)
    {
        int start = _descriptors[random.Next(_descriptors.Length)];
        Span<byte> descriptor = image.AsSpan(start, Math.Min(SectorLength, image.Length - start));
        int length = 16 + BinaryPrimitives.ReadUInt16LittleEndian(descriptor[10..]);
        if (length > descriptor.Length)
        {
            return;
        }

        for (int changes = random.Next(1, 4); changes > 0 && length > 20; changes--)
        {
            int offset = random.Next(16, length - 3);
            if (random.Next(2) == 0)
            {
                descriptor[offset] = (byte)random.Next(256);
            }
            else
            {
                uint value = random.Next(2) == 0 ? Odd[random.Next(Odd.Length)] : (uint)random.Next(64);
                BinaryPrimitives.WriteUInt32LittleEndian(descriptor[(offset & ~3)..], value);
            }
        }

        Seal(descriptor, length);
    }

    /// <summary>Puts a descriptor in the place of another, and says in it that it belongs there.</summary>
    private void CopyDescriptor(byte[] image, Random random)
    {
        int from = _descriptors[random.Next(_descriptors.Length)];
        int to = _descriptors[random.Next(_descriptors.Length)];
        int length = 16 + BinaryPrimitives.ReadUInt16LittleEndian(original.AsSpan(from + 10));
        if (Math.Max(from, to) + length <= image.Length)
        {
            uint location = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(to + 12));
            original.AsSpan(from, length).CopyTo(image.AsSpan(to));
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(to + 12), location);
            Seal(image.AsSpan(to), length);
        }
    }

    private static void Seal(Span<byte> descriptor, int length) => HandMadeUdf.Seal(
        descriptor,
        BinaryPrimitives.ReadUInt16LittleEndian(descriptor),
        BinaryPrimitives.ReadUInt32LittleEndian(descriptor[12..]),
        length);

    /// <summary>Tags whose sum is right and that are not empty; those in directories too, which start anywhere.</summary>
    private static int[] FindDescriptors(byte[] image)
    {
        var found = new List<int>();
        for (int i = 16 * SectorLength; i + 512 <= image.Length; i += 4)
        {
            ReadOnlySpan<byte> tag = image.AsSpan(i, 16);
            byte sum = 0;
            foreach (byte value in tag)
            {
                sum += value;
            }

            if (tag[2] is 2 or 3 && tag[3] == 0 && tag[5] == 0 && (byte)(sum - tag[4]) == tag[4])
            {
                found.Add(i);
            }
        }

        return [.. found];
    }
}
