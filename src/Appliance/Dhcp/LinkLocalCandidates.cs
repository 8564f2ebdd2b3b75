using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Formats.Link;

namespace Appliance.Dhcp;

/// <summary>
/// The link-local addresses that this station tries, in their order (RFC 3927 §2.1): made of its hardware address, so that it
/// takes the same one after each start and no two boxes the same ones.
/// </summary>
internal sealed class LinkLocalCandidates(MacAddress station)
{
    /// <summary>169.254/16.</summary>
    public const int PrefixLength = 16;

    public const uint Mask = 0xffff_0000;

    // 169.254.1.0 to 169.254.254.255: the first and last 256 are reserved (RFC 3927 §2.1).
    private const uint First = 0xa9fe_0100;
    private const uint Count = 0xfe00;

    /// <summary>The address that is tried after so many conflicts.</summary>
    public Ipv4Address this[int conflicts]
    {
        get
        {
            Span<byte> seed = stackalloc byte[MacAddress.Length + sizeof(int)];
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            station.Write(seed);
            BinaryPrimitives.WriteInt32BigEndian(seed[MacAddress.Length..], conflicts);
            SHA256.HashData(seed, hash);
            return new Ipv4Address(First + (BinaryPrimitives.ReadUInt32BigEndian(hash) % Count));
        }
    }

    /// <summary>
    /// Whether what was heard means that another station has the address, or is about to take it (RFC 3927 §2.2.1).
    /// </summary>
    public bool IsConflict(in ArpPacket heard, Ipv4Address address) =>
        heard.SenderMac != station && (heard.SenderAddress == address || (heard.SenderAddress.IsAny && heard.TargetAddress == address));
}
