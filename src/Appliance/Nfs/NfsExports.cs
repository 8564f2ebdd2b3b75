using System.Text;
using Appliance.Boot;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>The images of the library as exports, <c>/boot/{image}</c>, and what handles and paths name in them.</summary>
internal sealed class NfsExports(ImageLibrary library)
{
    /// <summary>As in the names of the boot plane: one path for HTTP and NFS.</summary>
    private const string Prefix = "/boot/";

    private volatile Table _table = new(LibrarySnapshot.Empty, []);

    /// <summary>Paths that can be mounted, in the library's order.</summary>
    public IEnumerable<string> Paths =>
        library.Current.Images.Where(static image => image.Tree is not null).Select(static image => Prefix + image.Id);

    /// <summary>Finds what a handle names; the status says why there is nothing.</summary>
    public NfsStatus TryFind(ReadOnlySpan<byte> bytes, out NfsFile file)
    {
        file = default;
        if (!NfsFileHandle.TryParse(bytes, out NfsFileHandle handle))
        {
            return NfsStatus.BadHandle;
        }

        if (!Current.ByIdentity.TryGetValue(handle.Image, out NfsExport? export) || handle.Node >= (uint)export.Tree.Count)
        {
            return NfsStatus.Stale;
        }

        file = new NfsFile(export, new NfsNode(export.Tree, (int)handle.Node));
        return NfsStatus.Ok;
    }

    /// <summary>
    /// Finds the directory that a path names: an image's root or a folder in it. Links inside the image are followed. A
    /// path that names nothing is tried again with %20 and the like decoded: a kernel's command line holds no blanks.
    /// </summary>
    public MountStatus TryFindPath(ReadOnlySpan<byte> bytes, out NfsFile directory)
    {
        string path = Encoding.UTF8.GetString(bytes);
        MountStatus status = TryFindPath(path, out directory);
        return status == MountStatus.NoEntry && path.Contains('%', StringComparison.Ordinal)
            ? TryFindPath(Uri.UnescapeDataString(path), out directory)
            : status;
    }

    private MountStatus TryFindPath(string path, out NfsFile directory)
    {
        directory = default;
        if (!BootPath.TryNormalize(path, out string? normal)
            || !normal.StartsWith(Prefix, StringComparison.Ordinal)
            || !library.Current.TrySplit(normal[Prefix.Length..], out LibraryImage? image, out string inside)
            || image.Tree is null)
        {
            return MountStatus.NoEntry;
        }

        // Another state of the library may have come between: the client asks again.
        NfsExport? export = Current.ByIdentity.Values.FirstOrDefault(export => export.Image == image);
        if (export is null || !export.Tree.TryFind(inside, out NfsNode node))
        {
            return MountStatus.NoEntry;
        }

        directory = new NfsFile(export, node);
        return node.IsDirectory ? MountStatus.Ok : MountStatus.NotDirectory;
    }

    /// <summary>The exports of the library's present state; images that are as before keep theirs.</summary>
    private Table Current
    {
        get
        {
            Table table = _table;
            LibrarySnapshot snapshot = library.Current;
            if (table.Snapshot == snapshot)
            {
                return table;
            }

            Dictionary<LibraryImage, NfsExport> known = table.ByIdentity.Values.ToDictionary(static export => export.Image);
            var exports = new Dictionary<UInt128, NfsExport>();
            foreach (LibraryImage image in snapshot.Images)
            {
                if (image.Tree is { } tree)
                {
                    NfsExport export = known.GetValueOrDefault(image) ?? new NfsExport(image, tree);
                    exports[export.Identity] = export;
                }
            }

            return _table = new Table(snapshot, exports);
        }
    }

    private sealed record Table(LibrarySnapshot Snapshot, Dictionary<UInt128, NfsExport> ByIdentity);
}
