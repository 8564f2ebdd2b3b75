namespace Appliance.Formats.Nfs;

/// <summary>
/// Writes the entries of a directory as long as they fit.
/// <code>
/// READDIR      | 1 | fileid (8) | name&lt;> | cookie (8) |                          ... | 0 | eof |
/// READDIRPLUS  | 1 | fileid (8) | name&lt;> | cookie (8) | 1 | fattr3 | 1 | handle  ... | 0 | eof |
/// </code>
/// Source: RFC 1813 §3.3.16, §3.3.17.
/// </summary>
/// <param name="plus">READDIRPLUS.</param>
/// <param name="limit">Bytes for the entries and their end.</param>
/// <param name="directoryLimit">Bytes of numbers, names and cookies alone.</param>
public ref struct NfsDirectoryWriter(bool plus, int limit, int directoryLimit)
{
    /// <summary>Bytes of the list's end.</summary>
    private const int EndLength = 2 * sizeof(uint);

    private const int PlusLength = NfsAttributes.OptionalLength + sizeof(uint) + sizeof(uint) + NfsFileHandle.Length;

    private int _left = limit - EndLength;
    private int _directoryLeft = directoryLimit;

    /// <summary>Writes an entry; false when it does not fit.</summary>
    /// <param name="cookie">Where to go on after it.</param>
    public bool TryWrite(ref XdrWriter writer, ReadOnlySpan<byte> name, ulong cookie, in NfsAttributes attributes, in NfsFileHandle handle)
    {
        int directoryLength = sizeof(ulong) + XdrWriter.OpaqueLength(name.Length) + sizeof(ulong);
        int length = sizeof(uint) + directoryLength + (plus ? PlusLength : 0);
        if (length > _left || directoryLength > _directoryLeft)
        {
            return false;
        }

        _left -= length;
        _directoryLeft -= directoryLength;
        writer.WriteBoolean(true);
        writer.WriteUInt64(attributes.FileId);
        writer.WriteOpaque(name);
        writer.WriteUInt64(cookie);
        if (plus)
        {
            attributes.WriteOptional(ref writer);
            writer.WriteBoolean(true);
            handle.Write(ref writer);
        }

        return true;
    }

    /// <summary>Ends the list.</summary>
    /// <param name="endOfDirectory">Whether there are no more entries.</param>
    public static void WriteEnd(ref XdrWriter writer, bool endOfDirectory)
    {
        writer.WriteBoolean(false);
        writer.WriteBoolean(endOfDirectory);
    }
}
