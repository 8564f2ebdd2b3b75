using System.Text;
using System.Text.Unicode;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Turns recorded names into the UTF-8 names that clients ask for.
/// </summary>
internal sealed class IsoNameDecoder(IsoNaming naming)
{
    private readonly byte[] _name = new byte[2 * Iso9660Limits.NameBytes];
    private readonly byte[] _link = new byte[2 * Iso9660Limits.LinkBytes];
    private int _nameLength;
    private int _linkLength;

    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    public ReadOnlySpan<byte> Link => _link.AsSpan(0, _linkLength);

    /// <summary>Decodes an identifier; false when nothing is left of it.</summary>
    public bool TryDecode(ReadOnlySpan<byte> identifier)
    {
        _linkLength = 0;
        switch (naming)
        {
            case IsoNaming.Joliet:
                DecodeJoliet(identifier);
                break;
            case IsoNaming.Enhanced:
                DecodeBytes(StripVersion(identifier));
                break;
            default:
                DecodeBytes(StripVersion(identifier));
                Ascii.ToLowerInPlace(_name.AsSpan(0, _nameLength), out _);
                break;
        }

        return IsUsable();
    }

    /// <summary>Takes Rock Ridge's name where there is one, else the identifier; and the link's target.</summary>
    public bool TryDecode(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> alternateName, ReadOnlySpan<byte> link)
    {
        bool usable;
        if (alternateName.IsEmpty)
        {
            usable = TryDecode(identifier);
        }
        else
        {
            DecodeBytes(alternateName);
            usable = IsUsable();
        }

        _linkLength = ToUtf8(link, _link);
        return usable;
    }

    private void DecodeBytes(ReadOnlySpan<byte> bytes) => _nameLength = ToUtf8(bytes, _name);

    private static int ToUtf8(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        if (Utf8.IsValid(bytes))
        {
            bytes.CopyTo(destination);
            return bytes.Length;
        }

        // Latin-1: each byte is at most two in UTF-8, which is what the buffers hold.
        return Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(bytes), destination);
    }

    private void DecodeJoliet(ReadOnlySpan<byte> identifier)
    {
        string name = Encoding.BigEndianUnicode.GetString(identifier);
        int version = name.LastIndexOf(';');
        if (version > 0 && name.AsSpan(version + 1) is "1")
        {
            name = name[..version].TrimEnd('.');
        }

        // At most 127 characters fit in a record, of at most three bytes each.
        _nameLength = Encoding.UTF8.GetBytes(name, _name);
    }

    /// <summary><c>NAME.EXT;1</c> → <c>NAME.EXT</c>, <c>NAME.;1</c> → <c>NAME</c> (ECMA-119 §7.5.1).</summary>
    private static ReadOnlySpan<byte> StripVersion(ReadOnlySpan<byte> identifier)
    {
        int version = identifier.LastIndexOf((byte)';');
        ReadOnlySpan<byte> name = version > 0 && identifier[(version + 1)..] is [(byte)'1'] ? identifier[..version] : identifier;
        return name.TrimEnd((byte)'.');
    }

    private bool IsUsable() => RecordedName.TryMakeUsable(_name.AsSpan(0, _nameLength));
}
