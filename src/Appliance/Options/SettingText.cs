using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Options;

/// <summary>Reads the values of settings: text to typed value, or a message that says what is taken.</summary>
internal static class SettingText
{
    /// <exception cref="SettingValueException">Not a whole number in the range.</exception>
    public static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new SettingValueException($"takes a whole number from {least} to {most}");

    /// <exception cref="SettingValueException">Neither yes nor no.</exception>
    public static bool YesNo(string text) => text.ToLowerInvariant() switch
    {
        "yes" or "on" or "true" or "1" => true,
        "no" or "off" or "false" or "0" => false,
        _ => throw new SettingValueException("takes yes or no"),
    };

    /// <summary>A time such as <c>30s</c>, <c>10m</c>, <c>12h</c>, or a bare number of seconds.</summary>
    /// <exception cref="SettingValueException">Not a time, or out of range.</exception>
    public static TimeSpan Duration(string text, TimeSpan least, TimeSpan most)
    {
        int unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        ReadOnlySpan<char> digits = unit == 0 ? text : text.AsSpan(0, text.Length - 1);
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            TimeSpan value = TimeSpan.FromSeconds((double)count * Math.Max(unit, 1));
            if (value >= least && value <= most)
            {
                return value;
            }
        }

        throw new SettingValueException($"takes a time from {Show(least)} to {Show(most)}, such as 30s, 10m or 12h");
    }

    /// <exception cref="SettingValueException">No address of the web.</exception>
    public static Uri HttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is ("http" or "https")
            ? url
            : throw new SettingValueException("takes an address that begins with http:// or https://");

    /// <exception cref="SettingValueException">Not an IPv4 address in dotted form.</exception>
    public static IPAddress Address(string text) =>
        text.Count(static c => c == '.') == 3 && IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetwork
            ? address
            : throw new SettingValueException("takes an IPv4 address, such as 192.168.100.1");

    /// <summary>An address, or null for <c>none</c>.</summary>
    /// <exception cref="SettingValueException">Neither.</exception>
    public static IPAddress? AddressOrNone(string text) => text is "none" or "" ? null : Address(text);

    /// <summary>Address and prefix length, such as <c>192.168.100.1/24</c>.</summary>
    /// <exception cref="SettingValueException">Not of that form.</exception>
    public static (IPAddress Address, int PrefixLength) AddressAndPrefix(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? throw new SettingValueException("takes an address with its prefix length, such as 192.168.100.1/24")
            : (Address(text[..slash]), Number(text[(slash + 1)..], 8, 30));
    }

    /// <summary>A prefix that is nobody's on the Internet (RFC 4193 §3.1), with 64 bits; null for <c>none</c>.</summary>
    /// <exception cref="SettingValueException">Neither.</exception>
    public static IPAddress? UniqueLocalPrefixOrNone(string text)
    {
        const string length = "/64";
        if (text is "none" or "")
        {
            return null;
        }

        return text.EndsWith(length, StringComparison.Ordinal)
            && IPAddress.TryParse(text[..^length.Length], out IPAddress? prefix)
            && prefix.GetAddressBytes() is [0xfd, ..] bytes
            && bytes.Length == 16
            && !bytes.AsSpan(8).ContainsAnyExcept((byte)0)
            ? prefix
            : throw new SettingValueException("takes none, or a prefix of 64 bits that begins with fd, such as fd5a:16c0:77e1:1::/64");
    }

    /// <summary>Two addresses with a dash between.</summary>
    /// <exception cref="SettingValueException">Not of that form.</exception>
    public static (IPAddress Start, IPAddress End) AddressRange(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0
            ? throw new SettingValueException("takes the first and last address, such as 192.168.100.100-192.168.100.199")
            : (Address(text[..dash].Trim()), Address(text[(dash + 1)..].Trim()));
    }

    /// <exception cref="SettingValueException">Not a list of ports.</exception>
    public static ImmutableArray<int> Ports(string text)
    {
        ImmutableArray<int> ports = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(static port => Number(port, 1, 65535))];
        return ports.Distinct().Count() == ports.Length ? ports : throw new SettingValueException("names a port twice");
    }

    /// <exception cref="SettingValueException">Empty, or with characters that no script or file name should carry.</exception>
    public static string FileName(string text) =>
        text.Length is > 0 and <= 127 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+')
            && text[0] != '.'
            ? text
            : throw new SettingValueException("takes the name of a file in a loaders folder: letters, digits, '.', '-', '_', '+'");

    /// <summary>File names with blanks or commas between them; <c>none</c> for none.</summary>
    /// <exception cref="SettingValueException">One is no file name.</exception>
    public static ImmutableArray<string> FileNames(string text) =>
        text is "none" or ""
            ? []
            : [.. text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(FileName)];

    /// <exception cref="SettingValueException">Not an absolute path.</exception>
    public static string Folder(string text) =>
        Path.IsPathRooted(text) ? Path.TrimEndingDirectorySeparator(text) : throw new SettingValueException("takes an absolute path");

    /// <exception cref="SettingValueException">None of the words.</exception>
    public static T Word<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new SettingValueException($"takes one of: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    /// <summary>An IPv4 address as a number: 192.0.2.1 is 0xC0000201.</summary>
    public static uint ToUInt32(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static string Show(TimeSpan time) =>
        time.TotalSeconds < 60 ? $"{time.TotalSeconds:0}s" : time.TotalHours < 1 ? $"{time.TotalMinutes:0}m"
        : time.TotalDays < 2 ? $"{time.TotalHours:0}h" : $"{time.TotalDays:0}d";
}
