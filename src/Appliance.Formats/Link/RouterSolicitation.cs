using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Link;

/// <summary>A station that asks for routers: who it is (RFC 4861 §4.1).</summary>
public readonly ref struct RouterSolicitation
{
    public const ushort EtherType = Ipv6Frame.EtherTypeIpv6;

    private const byte Type = 133;
    private const int MinimumLength = 8;
    private const byte SourceLinkLayerAddress = 1;

    private RouterSolicitation(ReadOnlySpan<byte> frame)
    {
        SourceMac = MacAddress.Read(frame[Ipv6Frame.SourceMac..]);
        Source = frame.Slice(Ipv6Frame.Source, Ipv6Frame.AddressLength);
    }

    /// <summary>Offsets in the frame, and what is there in every router solicitation; for a filter.</summary>
    public static ReadOnlySpan<(int Offset, byte Value)> Signature => new (int, byte)[]
    {
        (Ipv6Frame.NextHeader, Ipv6Frame.NextHeaderIcmp),
        (Ipv6Frame.Icmp, Type),
    };

    /// <summary>The station that sent the frame.</summary>
    public MacAddress SourceMac { get; }

    /// <summary>Its address, 16 bytes; all zero while it has none.</summary>
    public ReadOnlySpan<byte> Source { get; }

    public bool IsSourceUnspecified => !Source.ContainsAnyExcept((byte)0);

    /// <summary>
    /// Reads an Ethernet frame and makes every check that RFC 4861 §6.1.1 demands of a router.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> frame, out RouterSolicitation solicitation, [NotNullWhen(false)] out string? reason)
    {
        solicitation = default;
        reason = Check(frame);
        if (reason is null)
        {
            solicitation = new RouterSolicitation(frame);
        }

        return reason is null;
    }

    private static string? Check(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Ipv6Frame.Icmp + MinimumLength)
        {
            return "shorter than a router solicitation";
        }

        int length = Ipv6Frame.ReadPayloadLength(frame);
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[Ipv6Frame.EtherType..]) != Ipv6Frame.EtherTypeIpv6
            || (frame[Ipv6Frame.Ip] & 0xf0) != Ipv6Frame.Version6
            || frame[Ipv6Frame.NextHeader] != Ipv6Frame.NextHeaderIcmp
            || frame[Ipv6Frame.Icmp] != Type)
        {
            return "not a router solicitation";
        }

        if (length < MinimumLength || length > frame.Length - Ipv6Frame.Icmp)
        {
            return "length does not fit the frame";
        }

        if (frame[Ipv6Frame.HopLimit] != Ipv6Frame.HopLimitOfNeighbours)
        {
            return "hop limit is not 255";
        }

        if (frame[Ipv6Frame.Icmp + 1] != 0)
        {
            return "code is not 0";
        }

        return Ipv6Frame.Checksum(frame, length) != 0 ? "wrong checksum" : CheckOptions(frame, length);
    }

    private static string? CheckOptions(ReadOnlySpan<byte> frame, int length)
    {
        bool unspecified = !frame.Slice(Ipv6Frame.Source, Ipv6Frame.AddressLength).ContainsAnyExcept((byte)0);
        ReadOnlySpan<byte> options = frame.Slice(Ipv6Frame.Icmp + MinimumLength, length - MinimumLength);
        while (!options.IsEmpty)
        {
            // Lengths count units of 8 bytes (RFC 4861 §4.6).
            int optionLength = options.Length < 2 ? 0 : options[1] * 8;
            if (optionLength == 0 || optionLength > options.Length)
            {
                return "option of length 0 or past the end";
            }

            if (unspecified && options[0] == SourceLinkLayerAddress)
            {
                return "source link-layer address without a source";
            }

            options = options[optionLength..];
        }

        return null;
    }
}
