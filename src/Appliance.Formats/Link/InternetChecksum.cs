using System.Buffers.Binary;

namespace Appliance.Formats.Link;

/// <summary>
/// The one's complement sum of IP, UDP and ICMPv6, fed piece by piece. Every piece but the last must be of even length
/// (RFC 1071).
/// </summary>
public struct InternetChecksum
{
    private ulong _sum;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 2)
        {
            _sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        if (!bytes.IsEmpty)
        {
            _sum += (ulong)bytes[0] << 8;
        }
    }

    /// <summary>Adds a number that a pseudo header holds in 16 or 32 bits (RFC 768, RFC 8200 §8.1).</summary>
    public void Add(uint value) => _sum += (value >> 16) + (value & 0xffff);

    /// <summary>The checksum of what was added; 0 when what was added holds its own right checksum.</summary>
    public readonly ushort Result
    {
        get
        {
            ulong folded = _sum;
            while (folded > 0xffff)
            {
                folded = (folded >> 16) + (folded & 0xffff);
            }

            return (ushort)~folded;
        }
    }
}
