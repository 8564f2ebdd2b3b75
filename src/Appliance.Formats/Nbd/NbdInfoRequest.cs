using System.Buffers.Binary;

namespace Appliance.Formats.Nbd;

/// <summary>
/// The data of <see cref="NbdOptionCode.Info"/> and <see cref="NbdOptionCode.Go"/>: a view over them.
/// <code>
///   4 bytes    name length    2 bytes   2 bytes each
/// +----------+------~~------+---------+------~~------+
/// |  length  |     name     |  count  |    types     |      NBD protocol, "NBD_OPT_INFO and NBD_OPT_GO"
/// +----------+------~~------+---------+------~~------+
/// </code>
/// </summary>
public readonly ref struct NbdInfoRequest
{
    private const int NameOffset = sizeof(uint);

    private readonly ReadOnlySpan<byte> _types;

    private NbdInfoRequest(ReadOnlySpan<byte> name, ReadOnlySpan<byte> types)
    {
        Name = name;
        _types = types;
    }

    /// <summary>The export's name, UTF-8 if the client keeps to the protocol; may be empty.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Reads the whole data of an option.</summary>
    /// <param name="reason">Why it is no such request; null when it is.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, out NbdInfoRequest request, out string? reason)
    {
        request = default;
        if (data.Length < NameOffset + sizeof(ushort))
        {
            reason = "shorter than its two lengths";
            return false;
        }

        uint nameLength = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (nameLength > data.Length - NameOffset - sizeof(ushort))
        {
            reason = "name longer than the option";
            return false;
        }

        ReadOnlySpan<byte> rest = data[(NameOffset + (int)nameLength)..];
        int count = BinaryPrimitives.ReadUInt16BigEndian(rest);
        ReadOnlySpan<byte> types = rest[sizeof(ushort)..];
        if (types.Length != count * sizeof(ushort))
        {
            reason = "count of information requests and length of the option differ";
            return false;
        }

        request = new NbdInfoRequest(data.Slice(NameOffset, (int)nameLength), types);
        reason = null;
        return true;
    }

    /// <summary>Whether the client asks for that information.</summary>
    public bool Wants(NbdInfoType type)
    {
        for (ReadOnlySpan<byte> types = _types; !types.IsEmpty; types = types[sizeof(ushort)..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(types) == (ushort)type)
            {
                return true;
            }
        }

        return false;
    }
}
