using Appliance.Images.Extraction;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Images.Archives;

/// <summary>What came of an archive.</summary>
/// <param name="Files">Files written.</param>
/// <param name="Bytes">Bytes in them.</param>
/// <param name="LinksLeftOut">Links inside the archive that lead to folders, to other links or to nothing.</param>
public readonly record struct UnpackedArchive(int Files, long Bytes, int LinksLeftOut);

/// <summary>
/// Unpacks a tar archive, plain or compressed, into a folder that appears when it is whole. Trusts nothing in it: only files
/// and folders are made, below that folder, within <see cref="ArchiveLimits"/> and the room that is free. A link to a file
/// in the archive becomes a copy; one that leads out of it, a device, or anything else odd, refuses the whole archive.
/// </summary>
public sealed class ArchiveUnpacker
{
    private readonly FreeSpace _space;
    private readonly ArchiveLimits _limits;
    private readonly Action<string> _atStep;

    public ArchiveUnpacker()
        : this(new FreeSpace(), new ArchiveLimits(), static _ => { })
    {
    }

    /// <param name="atStep">Called after every step that a power cut could follow.</param>
    internal ArchiveUnpacker(FreeSpace space, ArchiveLimits limits, Action<string> atStep)
    {
        _space = space;
        _limits = limits;
        _atStep = atStep;
    }

    /// <summary>Unpacks; when it returns, the folder is there and durable.</summary>
    /// <param name="archive">The archive's path.</param>
    /// <param name="target">The folder to make; it must not exist.</param>
    /// <exception cref="IOException">It cannot be done, or the archive is refused; the message says why. There is no folder.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; as above.</exception>
    public Task<UnpackedArchive> UnpackAsync(
        string archive, string target, IProgress<ExtractionProgress>? progress, CancellationToken cancellationToken) =>
        Task.Run(() => Unpack(archive, Path.GetFullPath(target), progress, cancellationToken), cancellationToken);

    private UnpackedArchive Unpack(
        string archive, string fullTarget, IProgress<ExtractionProgress>? progress, CancellationToken cancellationToken)
    {
        string target = Path.TrimEndingDirectorySeparator(fullTarget);
        string above = Path.GetDirectoryName(target) ?? throw new IOException($"{target} cannot be made");
        string staging = Path.Combine(above, $".{Path.GetFileName(target)}.unpacking");
        try
        {
            DurableFolder.Create(above);
            using FolderHandle folder = FolderHandle.Open(above);
            if (!folder.TryLock())
            {
                throw new IOException($"something else is being unpacked in {above}: wait for its end");
            }

            DurableFolder.Delete(staging);
            _atStep("leavings deleted");
            if (FileStatus.TryGet(target, followLink: false, out _))
            {
                throw new IOException($"{target} exists already: remove it, or name another folder");
            }

            return Publish(archive, staging, target, progress, cancellationToken);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    private UnpackedArchive Publish(
        string archive, string staging, string target, IProgress<ExtractionProgress>? progress, CancellationToken cancellationToken)
    {
        UnpackedArchive unpacked;
        try
        {
            Directory.CreateDirectory(staging);
            _atStep("staging folder made");
            unpacked = Fill(archive, staging, progress, cancellationToken);
            DurableFolder.SyncNames(staging);
            _atStep("all durable");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            DurableFolder.Delete(staging);
            throw;
        }

        DurableFolder.Rename(staging, target);
        _atStep("renamed");
        return unpacked;
    }

    private UnpackedArchive Fill(
        string archive, string staging, IProgress<ExtractionProgress>? progress, CancellationToken cancellationToken)
    {
        if (!FileIdentity.TryGet(archive, out FileIdentity identity))
        {
            throw new IOException($"{Printable.Text(archive)} is no file");
        }

        long room = _space.Available(staging);
        long ratio = _limits.MaxBytes(identity.Length);
        string excess = room < ratio
            ? $"it unpacks to more than the {FreeSpace.Megabytes(room)} that are free"
            : $"it unpacks to more than {_limits.MaxRatio} times its own size, as no archive of files does";
        FileStream file = File.OpenRead(archive);
        try
        {
            using var content = new MeteredStream(Decompressor.Open(file), Math.Min(room, ratio), excess);
            return new TarUnpacking(content, staging, _limits, _atStep, progress, cancellationToken).Run();
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new IOException($"{Printable.Text(archive)} is not unpacked: {Printable.Text(damage.Message)}", damage);
        }
        finally
        {
            file.Dispose();
        }
    }
}
