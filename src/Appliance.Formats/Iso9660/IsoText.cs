using System.Text;
using System.Text.Unicode;

namespace Appliance.Formats.Iso9660;

/// <summary>Text whose encoding nobody declared: UTF-8 if it is valid UTF-8, else Latin-1, in which every byte is a letter.</summary>
internal static class IsoText
{
    public static string Decode(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
}
