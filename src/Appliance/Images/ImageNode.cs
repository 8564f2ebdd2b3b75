using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>What a node of an image's tree is.</summary>
public enum ImageNodeKind : byte
{
    File,
    Directory,
    SymbolicLink,
}

/// <summary>
/// One file, directory or link of an <see cref="ImageTree"/>: a number and the tree it belongs to, so that a tree of a
/// hundred thousand files is a few arrays. The number is the same each time the same image is read.
/// </summary>
public readonly record struct ImageNode(ImageTree Tree, int Index)
{
    public ImageNodeKind Kind => Record.Kind;

    public bool IsFile => Kind == ImageNodeKind.File;

    public bool IsDirectory => Kind == ImageNodeKind.Directory;

    /// <summary>Name in its directory; empty for the root.</summary>
    public string Name => Tree.NameOf(Record);

    /// <summary>Length in bytes of a file, of a compressed one before it was compressed; 0 for anything else.</summary>
    public long Length => IsFile ? Record.Length : 0;

    /// <summary>Permission bits, such as 0555 (octal).</summary>
    public int Permissions => Record.Permissions;

    /// <summary>Whether a file's extents hold it compressed, which nobody should see (zisofs).</summary>
    public bool IsCompressed => Record.IsCompressed;

    /// <summary>When it was recorded; 1970 if unknown.</summary>
    public DateTimeOffset Modified => DateTimeOffset.FromUnixTimeSeconds(Record.Modified);

    /// <summary>Where a file's bytes are in the image, in order; empty for anything else.</summary>
    public ImmutableArray<IsoExtent> Extents => Tree.ExtentsOf(Record);

    /// <summary>Target of a symbolic link as recorded; empty for anything else.</summary>
    public string Link => Tree.LinkOf(Record);

    /// <summary>What is in a directory, by name without regard to case; empty for anything else.</summary>
    public IEnumerable<ImageNode> Children => Tree.ChildrenOf(Record);

    private TreeRecord Record => Tree.RecordOf(Index);
}

/// <summary>
/// How a tree keeps a node: 32 bytes. The children of a directory are neighbours, sorted by
/// <see cref="TreeNameComparer"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeRecord
{
    private const int KindShift = 12;
    private const int KindMask = 3;
    private const int PermissionMask = (1 << KindShift) - 1;
    private const int CompressedBit = 1 << 15;

    /// <summary>
    /// A file's byte offset, or, with more than one extent or when compressed, the index of the first; a directory's first
    /// child; a link's target in the text.
    /// </summary>
    public long Start;

    /// <summary>A file's length in bytes, before it was compressed; a link's target in bytes.</summary>
    public long Length;

    public int NameOffset;

    /// <summary>A file's extents; a directory's children.</summary>
    public int Count;

    /// <summary>Seconds since 1970.</summary>
    public uint Modified;

    public ushort NameLength;
    private ushort _kindAndPermissions;

    public readonly ImageNodeKind Kind => (ImageNodeKind)((_kindAndPermissions >> KindShift) & KindMask);

    public readonly bool IsCompressed => (_kindAndPermissions & CompressedBit) != 0;

    public readonly int Permissions => _kindAndPermissions & PermissionMask;

    public void SetKind(ImageNodeKind kind, int permissions) =>
        _kindAndPermissions = (ushort)(((int)kind << KindShift) | (permissions & PermissionMask));

    public void SetCompressed() => _kindAndPermissions |= CompressedBit;
}
