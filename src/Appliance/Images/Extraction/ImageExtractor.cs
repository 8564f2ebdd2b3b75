using System.Collections.Immutable;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Images.Extraction;

/// <summary>What is to be extracted from an image.</summary>
/// <param name="Paths">Files, by their paths in the image.</param>
/// <param name="Kind">What the image was taken for; for its owner to read.</param>
/// <param name="Kernel">Which of the files is the kernel.</param>
/// <param name="Initrds">Which are its initial RAM disks.</param>
/// <param name="Parameters">Kernel parameters it is booted with.</param>
public sealed record ExtractionOrder(
    ImmutableArray<string> Paths, string Kind, string Kernel, ImmutableArray<string> Initrds, string Parameters);

/// <summary>How far an extraction or unpacking has come.</summary>
/// <param name="Path">The file that is being written.</param>
/// <param name="Done">Bytes written of all files.</param>
/// <param name="Total">Bytes that will be written; 0 if unknown.</param>
public readonly record struct ExtractionProgress(string Path, long Done, long Total);

/// <summary>
/// Copies files out of an image into the folder beside it (<see cref="ExtractionFolder"/>), and takes them away again.
/// Nothing needs it, because files are served out of images as they are; it is for those who want them as files. They are
/// the image's own bytes at the image's own paths: nothing that is served changes. A power cut at any step leaves the state
/// before or after; its leavings are deleted by the next extraction or removal. One at a time in a library, over all
/// processes: the folder of images is locked.
/// </summary>
public sealed class ImageExtractor
{
    /// <summary>Bytes read and written at once. 1 MiB: a few erase blocks of a card.</summary>
    private const int ChunkBytes = 1 << 20;

    private readonly string _library;
    private readonly FreeSpace _space;
    private readonly Action<string> _atStep;

    public ImageExtractor(StorageOptions storage)
        : this(storage, new FreeSpace(), static _ => { })
    {
    }

    /// <param name="atStep">Called after every step that a power cut could follow.</param>
    internal ImageExtractor(StorageOptions storage, FreeSpace space, Action<string> atStep)
    {
        _library = storage.Isos;
        _space = space;
        _atStep = atStep;
    }

    /// <summary>
    /// Extracts; false when that was done before and the image is the same. What was extracted from an image that has been
    /// replaced since is replaced too.
    /// </summary>
    /// <exception cref="IOException">It cannot be done; the message says why. The state is the one before.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; as above.</exception>
    public Task<bool> ExtractAsync(
        LibraryImage image, ExtractionOrder order, IProgress<ExtractionProgress>? progress, CancellationToken cancellationToken) =>
        Task.Run(() => Locked(image, folder => Extract(image, order, folder, progress, cancellationToken)), cancellationToken);

    /// <summary>
    /// Takes away what was extracted, and the manual folder if nothing else is in it; false when nothing was extracted.
    /// Files of the owner's stay.
    /// </summary>
    /// <exception cref="IOException">It cannot be done; the message says why.</exception>
    public Task<bool> RemoveAsync(LibraryImage image, CancellationToken cancellationToken) =>
        Task.Run(() => Locked(image, Remove), cancellationToken);

    /// <summary>Deletes what a crash has left of extractions from these images; nothing of it was ever served.</summary>
    /// <exception cref="IOException">It cannot be deleted, or an extraction is going on.</exception>
    public Task SweepAsync(IEnumerable<LibraryImage> images, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                foreach (LibraryImage image in images)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!new ExtractionFolder(image.ManualFolder).IsBlocked)
                    {
                        Locked(image, static _ => true);
                    }
                }
            },
            cancellationToken);

    private bool Locked(LibraryImage image, Func<ExtractionFolder, bool> action)
    {
        try
        {
            using FolderHandle library = FolderHandle.Open(_library);
            if (!library.TryLock())
            {
                throw new IOException($"another extraction is going on in {_library}: wait for its end");
            }

            var folder = new ExtractionFolder(image.ManualFolder);
            if (folder.IsBlocked)
            {
                throw new IOException($"{Printable.Text(folder.Manual)} is a file or a link, where a folder is needed: rename it");
            }

            Sweep(folder);
            return action(folder);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{denied.Message} Give the service's user write permission in {_library}.", denied);
        }
    }

    private bool Extract(
        LibraryImage image,
        ExtractionOrder order,
        ExtractionFolder folder,
        IProgress<ExtractionProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (folder.TryReadManifest(out ExtractionManifest? manifest) && manifest.IsOf(image.Identity))
        {
            return false;
        }

        List<(string Path, ImageNode Node)> files = Find(image, order);
        Remove(folder);
        _space.Require(_library, files.Sum(static file => file.Node.Length), $"extracting {Printable.Text(image.RelativePath)}");
        try
        {
            DurableFolder.Create(folder.Manual);
            _atStep("manual folder made");
            Directory.CreateDirectory(folder.Extracting);
            _atStep("staging folder made");
            Copy(image, files, folder.Extracting, progress, cancellationToken);
            if (!FileIdentity.TryGet(image.FullPath, out FileIdentity identity) || identity != image.Identity)
            {
                throw Changed(image);
            }

            WriteManifest(image, order, folder.Extracting);
            DurableFolder.SyncNames(folder.Extracting);
            _atStep("all durable");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Sweep(folder);
            throw;
        }

        DurableFolder.Rename(folder.Extracting, folder.Extracted);
        _atStep("renamed");
        return true;
    }

    /// <summary>The files inside the image itself: one of the owner's in the manual folder is not the image's.</summary>
    private static List<(string Path, ImageNode Node)> Find(LibraryImage image, ExtractionOrder order)
    {
        var files = new List<(string Path, ImageNode Node)>();
        foreach (string recorded in order.Paths)
        {
            if (!SafePath.TryNormalize(recorded.TrimStart('/'), out string? path, out string? reason))
            {
                throw new IOException($"{Printable.Text(recorded)} cannot be extracted: {reason}");
            }

            if (image.Tree is null || !image.Tree.TryFind(path, out ImageNode node) || !node.IsFile)
            {
                throw new IOException($"{Printable.Text(path)} is not in {Printable.Text(image.RelativePath)}");
            }

            files.Add((path, node));
        }

        return files.Count > 0 ? files : throw new IOException($"{Printable.Text(image.RelativePath)} has nothing to extract");
    }

    private void Copy(
        LibraryImage image,
        List<(string Path, ImageNode Node)> files,
        string staging,
        IProgress<ExtractionProgress>? progress,
        CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ChunkBytes];
        long before = 0;
        long total = files.Sum(static file => file.Node.Length);
        foreach ((string path, ImageNode node) in files)
        {
            using Payload payload = image.OpenFile(node) ?? throw Changed(image);
            string target = Path.Combine(ExtractionFolder.FilesIn(staging), path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFolder.WriteFile(target, payload.Length, file =>
            {
                for (long offset = 0; offset < payload.Length;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    progress?.Report(new ExtractionProgress(path, before + offset, total));
                    int count = payload.Read(offset, buffer);
                    file.Write(count > 0 ? buffer.AsSpan(0, count) : throw Changed(image));
                    offset += count;
                    _atStep($"{path}: {offset} bytes written");
                }
            });

            // The image's own time: to the library the file is as old as its image, and so complete.
            File.SetLastWriteTimeUtc(target, image.LastModified.UtcDateTime);
            before += payload.Length;
            _atStep($"{path} complete");
        }

        progress?.Report(new ExtractionProgress("", total, total));
    }

    private static IOException Changed(LibraryImage image) =>
        new($"{Printable.Text(image.RelativePath)} was changed or removed meanwhile: try again when it is complete");

    private void WriteManifest(LibraryImage image, ExtractionOrder order, string staging)
    {
        var manifest = new ExtractionManifest(
            image.Length, image.LastModified.ToUniversalTime(), order.Kind, order.Kernel, order.Initrds, order.Parameters);
        DurableFolder.WriteFile(ExtractionFolder.ManifestIn(staging), 0, file => file.Write(manifest.Write()));
        _atStep("manifest written");
    }

    private bool Remove(ExtractionFolder folder)
    {
        bool found = Directory.Exists(folder.Extracted);
        if (found)
        {
            DurableFolder.Rename(folder.Extracted, folder.Removing);
            _atStep("removal begun");
            Sweep(folder);
        }

        return found;
    }

    /// <summary>Deletes what does not count, and then a manual folder with nothing else in it, which an extraction has made.</summary>
    private void Sweep(ExtractionFolder folder)
    {
        bool hasSwept = DurableFolder.Delete(folder.Extracting);
        _atStep("staging deleted");
        hasSwept |= DurableFolder.Delete(folder.Removing);
        _atStep("removed deleted");
        if (hasSwept && !Directory.EnumerateFileSystemEntries(folder.Manual).Any())
        {
            Directory.Delete(folder.Manual);
            _atStep("manual folder deleted");
        }
    }
}
