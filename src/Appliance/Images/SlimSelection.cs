using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Images;

/// <summary>
/// Decides what of an image goes into its slim form: what a live system reads from its medium once kernel and initial RAM
/// disk are running. Client and installer fetch the rest, if anything, from elsewhere.
/// </summary>
internal static class SlimSelection
{
    /// <summary>Nodes of a slim image. 8,192: Ubuntu's has about two hundred.</summary>
    private const int MaxNodes = 8192;

    /// <summary>
    /// Folders that hold the live system, when a squashfs is in them. casper: <c>casper</c>, at Pop!_OS
    /// <c>casper_pop-os_22.04_amd64_…</c>; it stacks all layers or those that its command line names, and its installers
    /// take theirs (<c>install-sources.yaml</c>) and the kernel from here. live-boot: <c>live</c>.
    /// </summary>
    private static readonly ImmutableArray<string> MediaFolders = ["casper", "live"];

    private const string PopFolder = "casper_";

    /// <summary>
    /// Small folders that are needed as well: <c>.disk</c> has casper's UUID, by which it knows its medium; <c>preseed</c>
    /// what <c>file=/cdrom/preseed/…</c> names; without <c>dists</c> Ubuntu's installer fails at <c>apt-get update</c>, with it
    /// it takes the packages of the missing <c>pool</c> from the network.
    /// </summary>
    private static readonly ImmutableArray<string> Companions = [".disk", "dists", "preseed"];

    /// <summary>
    /// Part of the name of each initial RAM disk (<c>initrd</c>, <c>initrd.lz</c>, <c>hwe-initrd</c>), which the client has.
    /// </summary>
    private const string InitialRamDisk = "initrd";

    /// <summary>
    /// The root of the slim image, each file's source being its number in the tree; false with the reason when there is none.
    /// </summary>
    public static bool TrySelect(
        ImageTree tree, [NotNullWhen(true)] out IsoImageEntry? root, [NotNullWhen(false)] out string? reason)
    {
        root = null;
        ImageNode[] media = [.. tree.Root.Children.Where(IsMediaFolder)];
        if (media.Length == 0)
        {
            reason = "it holds no live system of casper's or live-boot's kind (no squashfs in /casper or /live)";
            return false;
        }

        HashSet<int> folders =
            [.. media.Concat(tree.Root.Children.Where(IsCompanion)).Select(static folder => folder.Index)];
        var selected = new Selected();
        IsoImageEntry[] children =
        [
            .. tree.Root.Children
                .Where(node => folders.Contains(node.Index) || (LeadsTo(tree, node) is int index && folders.Contains(index)))
                .Select(selected.Take),
        ];
        reason = selected.Objection;
        if (reason is not null)
        {
            return false;
        }

        // A tree knows no date of its root.
        long latest = children.Max(static child => child.ModifiedUnixSeconds);
        root = EntryOf(tree.Root) with { Children = [.. children], ModifiedUnixSeconds = latest };
        return true;
    }

    private static bool IsMediaFolder(ImageNode node) =>
        node.IsDirectory
        && (MediaFolders.Contains(node.Name, StringComparer.OrdinalIgnoreCase)
            || node.Name.StartsWith(PopFolder, StringComparison.OrdinalIgnoreCase))
        && node.Children.Any(static child => child.IsFile && child.Name.EndsWith(".squashfs", StringComparison.OrdinalIgnoreCase));

    private static bool IsCompanion(ImageNode node) =>
        node.IsDirectory && Companions.Contains(node.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Number of the node that a link of the root leads to (Pop!_OS: <c>casper</c>), or null.</summary>
    private static int? LeadsTo(ImageTree tree, ImageNode node) =>
        node.Kind == ImageNodeKind.SymbolicLink && tree.TryFind(node.Name, out ImageNode target) ? target.Index : null;

    private static IsoImageEntry EntryOf(ImageNode node) =>
        new(node.Name, KindOf(node.Kind), node.Permissions, node.Modified.ToUnixTimeSeconds())
        {
            Length = node.Length,
            Source = node.Index,
            Link = node.Link,
        };

    private static IsoEntryKind KindOf(ImageNodeKind kind) => kind switch
    {
        ImageNodeKind.Directory => IsoEntryKind.Directory,
        ImageNodeKind.SymbolicLink => IsoEntryKind.SymbolicLink,
        _ => IsoEntryKind.File,
    };

    /// <summary>Takes whole folders, and counts what it takes.</summary>
    private sealed class Selected
    {
        private int _count;

        /// <summary>Why what was taken is no use, or null.</summary>
        public string? Objection { get; private set; }

        public IsoImageEntry Take(ImageNode node)
        {
            Objection ??=
                ++_count > MaxNodes ? "its live system has too many files" :
                node.IsCompressed ? "files of its live system are compressed (zisofs)" :
                null;
            IEnumerable<ImageNode> children = Objection is null ? node.Children.Where(IsNeeded) : [];
            return EntryOf(node) with { Children = [.. children.Select(Take)] };
        }

        private static bool IsNeeded(ImageNode node) =>
            !(node.IsFile && node.Name.Contains(InitialRamDisk, StringComparison.OrdinalIgnoreCase));
    }
}
