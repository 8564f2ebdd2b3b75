using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>One image as a file system. Its handles are the same whenever the image is.</summary>
internal sealed class NfsExport
{
    private volatile bool _isSuspect;

    public NfsExport(LibraryImage image, ImageTree tree)
    {
        Image = image;
        Tree = new NfsTree(tree, image.ManualFiles);
        Identity = IdentityOf(image);
    }

    public LibraryImage Image { get; }

    public NfsTree Tree { get; }

    /// <summary>Names and states of the image's file and of those beside it.</summary>
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
    public NfsFile ParentOf(NfsNode node) => new(this, Tree.ParentOf(node));

    /// <summary>
    /// Path, length and time of modification, of the image and of the files beside it. Not the inode: exFAT has none, its
    /// numbers change with each mount. Whole seconds, because FAT's change of precision when it is mounted again must not end
    /// every mount.
    /// </summary>
    private static UInt128 IdentityOf(LibraryImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendState(hash, image.RelativePath, image.Length, image.LastModified);
        foreach (ManualFile file in image.ManualFiles)
        {
            AppendState(hash, file.Path, file.Length, file.LastModified);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static void AppendState(IncrementalHash hash, string path, long length, DateTimeOffset modified)
    {
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(numbers, length);
        BinaryPrimitives.WriteInt64BigEndian(numbers[sizeof(long)..], modified.ToUnixTimeSeconds());
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        hash.AppendData(numbers);
    }
}

/// <summary>A file, directory or link of an export.</summary>
internal readonly record struct NfsFile(NfsExport Export, NfsNode Node)
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
