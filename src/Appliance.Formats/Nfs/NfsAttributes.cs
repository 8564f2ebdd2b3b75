namespace Appliance.Formats.Nfs;

/// <summary>
/// The attributes of a file, as fattr3: 84 bytes.
/// <code>
///  0      4      8       12     16     20     28     36      44     52        60      68      76      84
/// +------+------+-------+------+------+------+------+-------+------+---------+-------+-------+-------+
/// | type | mode | nlink | uid  | gid  | size | used | rdev  | fsid | fileid  | atime | mtime | ctime |
/// +------+------+-------+------+------+------+------+-------+------+---------+-------+-------+-------+
/// </code>
/// Everything belongs to root, and all three times are the recorded one. Source: RFC 1813 §2.6.
/// </summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="FileSystem">Number of the image.</param>
/// <param name="FileId">Number of the file in it.</param>
/// <param name="Modified">Seconds since 1970.</param>
public readonly record struct NfsAttributes(NfsFileType Type, uint Mode, ulong Size, ulong FileSystem, ulong FileId, uint Modified)
{
    public const int Length = 84;

    /// <summary>Bytes of <see cref="WriteOptional"/>.</summary>
    public const int OptionalLength = sizeof(uint) + Length;

    /// <summary>
    /// Links of everything, directories too: 1 in a directory says that its subdirectories are not counted, so that find(1)
    /// looks at each entry.
    /// </summary>
    private const uint LinkCount = 1;

    private const uint Root = 0;

    public void Write(ref XdrWriter writer)
    {
        writer.WriteUInt32((uint)Type);
        writer.WriteUInt32(Mode);
        writer.WriteUInt32(LinkCount);
        writer.WriteUInt32(Root);
        writer.WriteUInt32(Root);
        writer.WriteUInt64(Size);
        writer.WriteUInt64(Size);
        writer.WriteUInt64(0);
        writer.WriteUInt64(FileSystem);
        writer.WriteUInt64(FileId);
        for (int time = 0; time < 3; time++)
        {
            writer.WriteUInt32(Modified);
            writer.WriteUInt32(0);
        }
    }

    /// <summary>Writes them as post_op_attr: that they follow, and then they.</summary>
    public void WriteOptional(ref XdrWriter writer)
    {
        writer.WriteBoolean(true);
        Write(ref writer);
    }
}
