using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>One image as a file system. Its handles are the same whenever the image is.</summary>
internal sealed class NfsExport
{
    private readonly Lazy<int[]> _parents;
    private volatile bool _isSuspect;

    public NfsExport(LibraryImage image, ImageTree tree)
    {
        Image = image;
        Tree = tree;
        Identity = IdentityOf(image);
        _parents = new Lazy<int[]>(FindParents);
    }

    public LibraryImage Image { get; }

    public ImageTree Tree { get; }

    /// <summary>Name and state of the image's file.</summary>
    public UInt128 Identity { get; }

    /// <summary>What tells its files from those of other images (fsid).</summary>
    public ulong FileSystem => (ulong)Identity;

    /// <summary>Goes with the cookies of its directories.</summary>
    public ulong CookieVerifier => (ulong)(Identity >> 64);

    /// <summary>
    /// Whether reading it has failed after a reply was begun. From then on bytes are read before the reply is written, so
    /// that the client gets an error, and not a connection that ends again and again.
    /// </summary>
    public bool IsSuspect
    {
        get => _isSuspect;
        set => _isSuspect = value;
    }

    public NfsFile Root => new(this, Tree.Root);

    /// <summary>The directory that holds a node; the root's is the root.</summary>
    public NfsFile ParentOf(ImageNode node) => new(this, new ImageNode(Tree, _parents.Value[node.Index]));

    /// <summary>
    /// Path, length and time of modification. Not the inode: exFAT has none, its numbers change with each mount. Whole
    /// seconds, because FAT's change of precision when it is mounted again must not end every mount.
    /// </summary>
    private static UInt128 IdentityOf(LibraryImage image)
    {
        byte[] path = Encoding.UTF8.GetBytes(image.RelativePath);
        Span<byte> text = new byte[path.Length + (2 * sizeof(long))];
        path.CopyTo(text);
        BinaryPrimitives.WriteInt64BigEndian(text[path.Length..], image.Length);
        BinaryPrimitives.WriteInt64BigEndian(text[(path.Length + sizeof(long))..], image.LastModified.ToUnixTimeSeconds());
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(text));
    }

    private int[] FindParents()
    {
        int[] parents = new int[Tree.Count];
        for (int index = 0; index < parents.Length; index++)
        {
            foreach (ImageNode child in new ImageNode(Tree, index).Children)
            {
                parents[child.Index] = index;
            }
        }

        return parents;
    }
}

/// <summary>A file, directory or link of an export.</summary>
internal readonly record struct NfsFile(NfsExport Export, ImageNode Node)
{
    /// <summary>Everybody may read, whoever recorded what; nobody may write.</summary>
    private const uint ReadByAll = 0b100_100_100, ExecuteByAll = 0b001_001_001;

    public NfsFileHandle Handle => new(Export.Identity, (uint)Node.Index);

    public NfsAttributes Attributes => new(Type, Mode, Size, Export.FileSystem, FileId, (uint)Node.Modified.ToUnixTimeSeconds());

    /// <summary>Number of the file in its file system; never 0, which some programs take for an entry that is gone.</summary>
    private ulong FileId => (ulong)Node.Index + 1;

    private NfsFileType Type => Node.Kind switch
    {
        ImageNodeKind.Directory => NfsFileType.Directory,
        ImageNodeKind.SymbolicLink => NfsFileType.SymbolicLink,
        _ => NfsFileType.Regular,
    };

    private uint Mode => Node.Kind switch
    {
        ImageNodeKind.File => ((uint)Node.Permissions & ExecuteByAll) | ReadByAll,
        _ => ExecuteByAll | ReadByAll,
    };

    private ulong Size => Node.Kind switch
    {
        ImageNodeKind.File => (ulong)Node.Length,
        ImageNodeKind.SymbolicLink => (ulong)Encoding.UTF8.GetByteCount(Node.Link),
        _ => DirectoryLength,
    };

    /// <summary>What directories claim: one sector of a disc.</summary>
    private const ulong DirectoryLength = 2048;

    /// <summary>What a client may do with it, for whoever asks.</summary>
    public NfsAccess Access => Node.Kind switch
    {
        ImageNodeKind.Directory => NfsAccess.Read | NfsAccess.Lookup | NfsAccess.Execute,
        ImageNodeKind.File when (Mode & ExecuteByAll) != 0 => NfsAccess.Read | NfsAccess.Execute,
        _ => NfsAccess.Read,
    };
}
