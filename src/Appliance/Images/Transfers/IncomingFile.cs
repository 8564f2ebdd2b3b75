using System.Security.Cryptography;
using Appliance.Interop;
using Appliance.Options;

namespace Appliance.Images.Transfers;

/// <summary>
/// A file that comes in pieces: hidden (<c>.name.part</c>) beside the place it will have until it is whole and verified, then
/// renamed. It is flushed every <see cref="SyncStep"/> while it goes on: after a power cut it is gone on with from what is
/// surely on disk.
/// </summary>
internal sealed class IncomingFile : IDisposable
{
    /// <summary>Bytes between two flushes. 64 MiB: some seconds of a fast card; a power cut costs twice that at most.</summary>
    public const long SyncStep = 64L << 20;

    /// <summary>What the hidden name of an upload ends in.</summary>
    public const string UploadSuffix = ".part";

    /// <summary>What the hidden name of a download ends in.</summary>
    public const string DownloadSuffix = ".load";

    /// <summary>EWOULDBLOCK of the lock, which the framework gives as it is.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _file;
    private readonly string _target;
    private readonly string _part;
    private IncrementalHash? _hash;
    private Task _flushing = Task.CompletedTask;
    private long _offset;
    private long _flushedFrom;

    private IncomingFile(FileStream file, string target, string part)
    {
        _file = file;
        _target = target;
        _part = part;
        Offset = _flushedFrom = DurableLength(file.Length);
        file.SetLength(Offset);
    }

    /// <summary>Bytes that are there; the next one goes behind them. Others may look while one writes.</summary>
    public long Offset
    {
        get => Interlocked.Read(ref _offset);
        private set => Interlocked.Exchange(ref _offset, value);
    }

    /// <summary>Opens it, or begins it.</summary>
    /// <param name="library">The folder of images.</param>
    /// <param name="path">Path in it, as <see cref="ImageFileName"/> makes it.</param>
    /// <param name="suffix">What its hidden name ends in: each kind of transfer has its own, and never goes on with another's.</param>
    /// <exception cref="NameTakenException">A file or a link stands where a folder is needed.</exception>
    /// <exception cref="IOException">It cannot be made, or somebody else has it open; the message says why.</exception>
    public static IncomingFile Open(string library, string path, string suffix = UploadSuffix)
    {
        string target = Path.Combine(library, path);
        string part = HiddenBeside(target, suffix);
        MakeFolders(library, path);
        if (FileStatus.TryGet(part, followLink: false, out FileStatus status) && status.Kind != FileKind.Regular)
        {
            throw new IOException($"{Printable.Text(part)} is no plain file: remove it");
        }

        try
        {
            var file = new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            });
            return new IncomingFile(file, target, part);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{denied.Message} Give the service's user write permission in {library}.", denied);
        }
        catch (IOException busy) when (busy.HResult == WouldBlock)
        {
            throw new TransferBusyException($"{Printable.Text(path)} is just being written: wait for its end, or end it");
        }
    }

    /// <summary>
    /// Bytes that are surely on disk of an incomplete file of that length: a flush begins at each step, and only when the one
    /// before has ended.
    /// </summary>
    public static long DurableLength(long length) => Math.Max((length / SyncStep) - 1, 0) * SyncStep;

    /// <summary>Name of the incomplete file of an upload.</summary>
    public static string PartOf(string target) => HiddenBeside(target, UploadSuffix);

    /// <summary>A hidden name beside an image's.</summary>
    public static string HiddenBeside(string target, string suffix) =>
        Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}{suffix}");

    /// <summary>All such names in a folder of images.</summary>
    public static string[] FindHidden(string library, string suffix) => !Directory.Exists(library) ? [] : Directory.GetFiles(
        library, $".*{suffix}", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = LibraryLister.MaxDepth, AttributesToSkip = FileAttributes.ReparsePoint });

    /// <summary>Computes the sum of what comes from now on; without effect when something is there already.</summary>
    public void BeginSum()
    {
        if (Offset == 0)
        {
            _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isStep = (Offset + bytes.Length) / SyncStep > _flushedFrom / SyncStep;
        if (isStep)
        {
            // Before the file gets that long: its length is what says, after a power cut, that this flush has ended.
            await _flushing;
        }

        try
        {
            await RandomAccess.WriteAsync(_file.SafeFileHandle, bytes, Offset, cancellationToken);
        }
        catch (IOException failure) when (IsNoRoom(failure))
        {
            throw new NoRoomException($"the card or disk is full at byte {Offset}: remove something, then go on");
        }

        _hash?.AppendData(bytes.Span);
        Offset += bytes.Length;
        if (isStep)
        {
            _flushedFrom = Offset;
            _flushing = Task.Run(() => RandomAccess.FlushToDisk(_file.SafeFileHandle), CancellationToken.None);
        }
    }

    /// <summary>Begins anew. A power cut does not bring back what was there.</summary>
    public void Restart()
    {
        if (_file.Length > 0)
        {
            _file.SetLength(0);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }

        Offset = _flushedFrom = 0;
        if (_flushing.IsFaulted)
        {
            // It failed for bytes that are gone.
            _flushing = Task.CompletedTask;
        }

        _hash?.Dispose();
        _hash = null;
    }

    /// <summary>The sum of all bytes, 64 hex digits in lower case. Reads them again when they did not come in one go.</summary>
    public async Task<string> SumAsync(CancellationToken cancellationToken)
    {
        if (_hash is not null)
        {
            return Convert.ToHexStringLower(_hash.GetCurrentHash());
        }

        _file.Position = 0;
        byte[] sum = await SHA256.HashDataAsync(_file, cancellationToken);
        return Convert.ToHexStringLower(sum);
    }

    /// <summary>
    /// Gives it its name; when this returns, it is there and durable. Its time is set back by as long as the library waits for
    /// a file to come to rest: this one has.
    /// </summary>
    /// <exception cref="NameTakenException">There is a file of that name, and it is not to be replaced.</exception>
    public async Task PublishAsync(bool replace, DateTimeOffset now)
    {
        // The kernel tells a failure once: to the flush before, perhaps.
        await _flushing;
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        File.SetLastWriteTimeUtc(_file.SafeFileHandle, (now - SettledFiles.SettleTime).UtcDateTime);
        if (!replace && Path.Exists(_target))
        {
            throw new NameTakenException($"{Printable.Text(Path.GetFileName(_target))} is there already: delete it first, or say replace=true");
        }

        File.Move(_part, _target, overwrite: replace);
        FolderHandle.Sync(Path.GetDirectoryName(_target)!);
    }

    /// <summary>Deletes what has come.</summary>
    public void Discard()
    {
        File.Delete(_part);
        Dispose();
    }

    /// <summary>A flush that is going on keeps the file open to its end.</summary>
    public void Dispose()
    {
        _hash?.Dispose();
        _file.Dispose();
    }

    private static bool IsNoRoom(IOException failure)
    {
        const int NoSpaceLeft = 28; // ENOSPC, which the framework gives as it is
        const int QuotaExceeded = 122; // EDQUOT
        return failure.HResult is NoSpaceLeft or QuotaExceeded || (failure.HResult & 0xffff) is 112;
    }

    /// <summary>
    /// Makes the folders that an image's path names. A folder that is a link could lead anywhere, and the library would not look
    /// into it.
    /// </summary>
    /// <exception cref="IOException">It cannot; the message says why.</exception>
    public static void MakeFolders(string library, string path)
    {
        try
        {
            string folder = library;
            DurableFolder.Create(library);
            foreach (string name in path.Split('/')[..^1])
            {
                folder = Path.Combine(folder, name);
                if (FileStatus.TryGet(folder, followLink: false, out FileStatus status) && status.Kind != FileKind.Directory)
                {
                    throw new NameTakenException($"{Printable.Text(name)} is a file or a link, where a folder is needed");
                }

                DurableFolder.Create(folder);
            }
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{denied.Message} Give the service's user write permission in {library}.", denied);
        }
    }
}
