using System.Buffers.Binary;
using System.Text;

namespace Appliance.Formats.Fat;

/// <summary>
/// Puts names together: a long one from the entries before a file's own, which come last part first, else the short one.
/// <code>
///  0 number, 40 added to the last part's | 1 letters (10) | 11 attributes 0F | 12 zero | 13 checksum of the short name
/// 14 letters (12) | 26 zero (2) | 28 letters (4)
/// </code>
/// Source: Microsoft FAT specification, "FAT Long Directory Entries".
/// </summary>
internal sealed class FatNameDecoder
{
    /// <summary>Bytes of UTF-8 that a name has at most.</summary>
    public const int MaxNameBytes = 3 * FatLimits.NameLetters;

    private const byte LastPart = 0x40;
    private const int LettersPerPart = 13;
    private const int MaxParts = (FatLimits.NameLetters + LettersPerPart - 1) / LettersPerPart;
    private const int ChecksumOffset = 13;
    private const byte LowerCaseName = 0x08;
    private const byte LowerCaseExtension = 0x10;
    private const int ExtensionOffset = 8;

    /// <summary>A name that starts with 0xE5, which would make it deleted, is written with this instead.</summary>
    private const byte InsteadOfDeletedMark = 0x05;

    /// <summary>Upper half of code page 437, in which short names are when nobody says otherwise.</summary>
    private const string CodePage437 =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    private readonly char[] _letters = new char[MaxParts * LettersPerPart];
    private readonly byte[] _name = new byte[MaxNameBytes];
    private int _nameLength;
    private int _letterCount;
    private int _partsMissing = -1;
    private byte _checksum;

    /// <summary>Where the letters of a part stand in its entry, in bytes.</summary>
    private static ReadOnlySpan<byte> LetterOffsets => [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    /// <summary>UTF-8; valid until the next name is decoded.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>Forgets the parts of a long name: what follows is not its file.</summary>
    public void Clear() => _partsMissing = -1;

    /// <summary>Takes one part of a long name; a part that does not follow the one before it makes all of them void.</summary>
    public void AddPart(FatDirectoryEntry part)
    {
        ReadOnlySpan<byte> bytes = part.Bytes;
        int number = bytes[0] & ~LastPart;
        bool isFirstToCome = (bytes[0] & LastPart) != 0;
        if (number is 0 or > MaxParts || (!isFirstToCome && (number != _partsMissing || bytes[ChecksumOffset] != _checksum)))
        {
            Clear();
            return;
        }

        Span<char> letters = _letters.AsSpan((number - 1) * LettersPerPart, LettersPerPart);
        for (int i = 0; i < LettersPerPart; i++)
        {
            letters[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[LetterOffsets[i]..]);
        }

        if (isFirstToCome)
        {
            // Only the last part is padded: a zero, and then all ones.
            int end = letters.IndexOf('\0');
            _letterCount = ((number - 1) * LettersPerPart) + (end < 0 ? LettersPerPart : end);
            _checksum = bytes[ChecksumOffset];
        }

        _partsMissing = number - 1;
    }

    /// <summary>Decodes the name of a file's own entry; false when nothing is left of it.</summary>
    public bool TryDecode(FatDirectoryEntry entry)
    {
        bool isLong = _partsMissing == 0 && _letterCount is > 0 and <= FatLimits.NameLetters && _checksum == Checksum(entry.Name);
        Clear();
        Span<char> name = isLong ? _letters.AsSpan(0, _letterCount) : DecodeShort(entry);
        _nameLength = Encoding.UTF8.GetBytes(name, _name);
        return RecordedName.TryMakeUsable(_name.AsSpan(0, _nameLength));
    }

    /// <summary>The text of a label, or of a name without a dot.</summary>
    public static string DecodeLabel(ReadOnlySpan<byte> label)
    {
        Span<char> letters = stackalloc char[label.Length];
        return new string(letters[..DecodeBytes(label, isLowerCase: false, letters)]);
    }

    /// <summary>The checksum that ties a long name to its file: each letter is added after a rotation to the right.</summary>
    private static byte Checksum(ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (byte letter in shortName)
        {
            sum = (byte)((byte)((sum >> 1) | (sum << 7)) + letter);
        }

        return sum;
    }

    private Span<char> DecodeShort(FatDirectoryEntry entry)
    {
        Span<byte> recorded = stackalloc byte[FatDirectoryEntry.NameLength];
        entry.Name.CopyTo(recorded);
        if (recorded[0] == InsteadOfDeletedMark)
        {
            recorded[0] = 0xe5;
        }

        int length = DecodeBytes(recorded[..ExtensionOffset], (entry.Case & LowerCaseName) != 0, _letters);
        Span<char> extension = _letters.AsSpan(length + 1);
        int extensionLength = DecodeBytes(recorded[ExtensionOffset..], (entry.Case & LowerCaseExtension) != 0, extension);
        if (extensionLength > 0)
        {
            _letters[length] = '.';
            length += 1 + extensionLength;
        }

        return _letters.AsSpan(0, length);
    }

    private static int DecodeBytes(ReadOnlySpan<byte> recorded, bool isLowerCase, Span<char> letters)
    {
        ReadOnlySpan<byte> used = recorded.TrimEnd((byte)' ');
        for (int i = 0; i < used.Length; i++)
        {
            char letter = used[i] < 0x80 ? (char)used[i] : CodePage437[used[i] - 0x80];
            letters[i] = isLowerCase ? char.ToLowerInvariant(letter) : letter;
        }

        return used.Length;
    }
}
