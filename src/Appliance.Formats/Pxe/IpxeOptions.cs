using Appliance.Formats.Dhcp;

namespace Appliance.Formats.Pxe;

/// <summary>Codes inside option 175 (iPXE, src/include/ipxe/dhcp.h and features.h).</summary>
public enum IpxeOptionCode : byte
{
    /// <summary>The client can fetch by HTTP.</summary>
    Http = 0x13,

    /// <summary>To the client: do not wait for a proxyDHCP server.</summary>
    NoProxyDhcp = 0xb0,

    /// <summary>Version of the client: major, minor, patch.</summary>
    Version = 0xeb,
}

/// <summary>What iPXE says about itself in option 175: features, version, bus address of its card.</summary>
public readonly ref struct IpxeOptions
{
    private const int VersionLength = 3;

    private readonly ReadOnlySpan<byte> _value;

    private IpxeOptions(ReadOnlySpan<byte> value) => _value = value;

    /// <summary>What option 175 holds in a reply: "no-pxedhcp = 1" saves the client three seconds of waiting.</summary>
    public static ReadOnlySpan<byte> NoProxyDhcp => [(byte)IpxeOptionCode.NoProxyDhcp, 1, 1];

    /// <summary>Whether the client can fetch by HTTP.</summary>
    public bool HasHttp => TryGet(IpxeOptionCode.Http, out ReadOnlySpan<byte> value) && !value.SequenceEqual<byte>([0]);

    /// <summary>Version of the client, or null when it tells none.</summary>
    public Version? Version => TryGet(IpxeOptionCode.Version, out ReadOnlySpan<byte> value) && value.Length == VersionLength
        ? new Version(value[0], value[1], value[2])
        : null;

    /// <summary>Checks the value of option 175; false when a part of it runs past its end.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out IpxeOptions options)
    {
        options = new IpxeOptions(value);
        var reader = new DhcpOptionReader(value);
        while (reader.TryRead(out _, out _))
        {
        }

        return !reader.IsTruncated;
    }

    private bool TryGet(IpxeOptionCode wanted, out ReadOnlySpan<byte> value)
    {
        var reader = new DhcpOptionReader(_value);
        while (reader.TryRead(out DhcpOptionCode code, out value))
        {
            if ((byte)code == (byte)wanted)
            {
                return true;
            }
        }

        return false;
    }
}
