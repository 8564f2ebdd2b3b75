using Appliance.Formats.Dhcpv6;

namespace Appliance.Tests.Shared;

/// <summary>A client's DHCPv6 message, built option by option.</summary>
internal sealed record Dhcpv6Request(Dhcpv6MessageType Type)
{
    /// <summary>DUID-LL of 52:54:00:12:34:56.</summary>
    public static readonly byte[] Client = Convert.FromHexString("00030001525400123456");

    /// <summary>Identifier of the client; null leaves it out.</summary>
    public byte[]? ClientIdentifier { get; init; } = Client;

    public byte[]? ServerIdentifier { get; init; }

    /// <summary>Numbers of its associations (IAID), each with the addresses that it says it has there.</summary>
    public (uint Id, string[] Addresses)[] Associations { get; init; } = [(1, [])];

    /// <summary>Enterprise 343 and this name; null for an operating system.</summary>
    public string? VendorClass { get; init; }

    public string? UserClass { get; init; }

    public ushort[] Architectures { get; init; } = [];

    public byte[] ToBytes()
    {
        List<byte> message = [(byte)Type, 0x12, 0x34, 0x56];
        Add(message, 1, ClientIdentifier);
        Add(message, 2, ServerIdentifier);
        foreach ((uint id, string[] addresses) in Associations)
        {
            List<byte> association = [.. Number(id), .. Number(0), .. Number(0)];
            foreach (string address in addresses)
            {
                Add(association, 5, [.. System.Net.IPAddress.Parse(address).GetAddressBytes(), .. Number(100), .. Number(200)]);
            }

            Add(message, 3, [.. association]);
        }

        Add(message, 15, UserClass is null ? null : Item(UserClass));
        Add(message, 16, VendorClass is null ? null : [0, 0, 1, 0x57, .. Item(VendorClass)]);
        Add(message, 61, Architectures.Length == 0 ? null : [.. Architectures.SelectMany(static value => Short(value))]);
        return [.. message];
    }

    private static void Add(List<byte> to, int code, byte[]? value)
    {
        if (value is not null)
        {
            to.AddRange([.. Short(code), .. Short(value.Length), .. value]);
        }
    }

    private static byte[] Item(string text) => [.. Short(text.Length), .. System.Text.Encoding.ASCII.GetBytes(text)];

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Number(uint value) => [.. Short((int)(value >> 16)), .. Short((int)(value & 0xffff))];
}
