using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace Appliance.Options;

/// <summary>Reads the settings that describe machines, networks and options to the DHCP server.</summary>
internal static class DhcpSettingText
{
    /// <summary>Longest identifier and option value: what one option holds without being split.</summary>
    private const int MaximumValue = 255;

    /// <summary>
    /// Options that the protocol or booting gives their value: 0 and 255, 50 to 55, 57 to 61 (RFC 2132 §9), 66 and 67, 82, 93,
    /// 94, 97 and 175. Message (56) is for refusals.
    /// </summary>
    private static readonly HashSet<byte> OurOwn = [0, 1, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 67, 82, 93, 94, 97, 175, 255];

    /// <summary>Such as <c>42 192.168.100.9,192.168.100.10</c>, <c>119 hex:0361626300</c>, <c>15 text:bench.example</c>.</summary>
    /// <exception cref="SettingValueException">Not of that form.</exception>
    public static DhcpCustomOption Option(string text)
    {
        string[] words = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 2
            ? Option(words[0], words[1])
            : throw new SettingValueException("takes a code and a value, such as: 42 192.168.100.9, or 119 hex:0361626300, or 15 text:bench.example");
    }

    /// <summary>Such as <c>52:54:00:12:34:56 192.168.100.20 12=text:lathe</c>, or <c>id:ff0102</c> in place of the first.</summary>
    /// <exception cref="SettingValueException">Not of that form.</exception>
    public static DhcpReservation Reservation(string text)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
        {
            throw new SettingValueException("takes a hardware address or id:HEX, an address, and options: 52:54:00:12:34:56 192.168.100.20 12=text:lathe");
        }

        bool isIdentifier = words[0].StartsWith("id:", StringComparison.Ordinal);
        ImmutableArray<byte> key = isIdentifier ? Hex(words[0][3..]) : HardwareAddress(words[0]);
        ImmutableArray<DhcpCustomOption> options = [.. words[2..].Select(static word =>
            word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? Option(word[..equals], word[(equals + 1)..])
                : throw new SettingValueException($"'{Printable.Text(word)}' is no option; write CODE=VALUE, such as 12=text:lathe"))];
        return new DhcpReservation(isIdentifier ? null : key, isIdentifier ? key : null, SettingText.Address(words[1]), options);
    }

    /// <summary>Such as <c>10.1.0.0/24 10.1.0.100-10.1.0.199 10.1.0.1</c>.</summary>
    /// <exception cref="SettingValueException">Not of that form, or the pool does not lie in the network.</exception>
    public static DhcpRelaySubnet RelaySubnet(string text)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3)
        {
            throw new SettingValueException("takes a network, its pool and its router: 10.1.0.0/24 10.1.0.100-10.1.0.199 10.1.0.1");
        }

        (IPAddress network, int prefix) = SettingText.AddressAndPrefix(words[0]);
        (IPAddress start, IPAddress end) = SettingText.AddressRange(words[1]);
        uint mask = uint.MaxValue << (32 - prefix);
        uint first = SettingText.ToUInt32(start);
        uint last = SettingText.ToUInt32(end);
        uint own = SettingText.ToUInt32(network);
        if ((own & ~mask) != 0)
        {
            throw new SettingValueException($"{network} is not the first address of a network of {prefix} bits");
        }

        return first <= last && (first & mask) == own && (last & mask) == own && (first & ~mask) != 0 && (last & ~mask) != ~mask
            ? new DhcpRelaySubnet(network, prefix, start, end, SettingText.Address(words[2]))
            : throw new SettingValueException($"{words[1]} does not lie inside {words[0]}");
    }

    private static DhcpCustomOption Option(string code, string value)
    {
        if (!byte.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
        {
            throw new SettingValueException($"'{Printable.Text(code)}' is no option code; take a number from 2 to 254");
        }

        return OurOwn.Contains(number)
            ? throw new SettingValueException($"option {number} is set by the server itself")
            : new DhcpCustomOption(number, Value(value));
    }

    private static ImmutableArray<byte> Value(string text)
    {
        if (text.StartsWith("hex:", StringComparison.Ordinal))
        {
            return Hex(text[4..]);
        }

        if (text.StartsWith("text:", StringComparison.Ordinal))
        {
            ReadOnlySpan<char> characters = text.AsSpan(5);
            return characters.Length is > 0 and <= MaximumValue && !characters.ContainsAnyExceptInRange(' ', '~')
                ? [.. Encoding.ASCII.GetBytes(text[5..])]
                : throw new SettingValueException("text: takes 1 to 255 plain characters");
        }

        return [.. text.Split(',').SelectMany(static address => SettingText.Address(address.Trim()).GetAddressBytes())];
    }

    private static ImmutableArray<byte> Hex(string digits) =>
        digits.Length is > 0 and <= 2 * MaximumValue && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
            ? [.. Convert.FromHexString(digits)]
            : throw new SettingValueException("takes pairs of hexadecimal digits, 255 at most");

    private static ImmutableArray<byte> HardwareAddress(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return digits.Length == 12 && digits.All(char.IsAsciiHexDigit)
            ? [.. Convert.FromHexString(digits)]
            : throw new SettingValueException($"'{Printable.Text(text)}' is no hardware address; write it as 52:54:00:12:34:56");
    }
}
