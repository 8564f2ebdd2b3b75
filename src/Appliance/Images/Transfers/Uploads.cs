using System.Buffers;
using Appliance.Options;

namespace Appliance.Images.Transfers;

/// <summary>
/// Receives images over the network, in one piece or in several. An upload that is cut off can be gone on with, also after a
/// restart; nobody sees a file before it is whole. One writer for each name.
/// </summary>
public sealed class Uploads : IDisposable
{
    /// <summary>Bytes read and written at once. 1 MiB: as much as Kestrel holds of a connection.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <summary>Uploads that were begun and rest in memory; then the one that has rested longest is closed, but kept on disk.</summary>
    private const int MaxOpen = 16;

    private readonly string _library;
    private readonly TimeProvider _time;
    private readonly FreeSpace _space;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Upload> _open = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Bytes that are surely on disk of uploads that nobody has open.</summary>
    private readonly Dictionary<string, long> _resting = new(StringComparer.OrdinalIgnoreCase);

    public Uploads(StorageOptions storage, TimeProvider time)
        : this(storage, time, new FreeSpace())
    {
    }

    internal Uploads(StorageOptions storage, TimeProvider time, FreeSpace space)
    {
        _library = storage.Isos;
        _time = time;
        _space = space;
    }

    private sealed class Upload(IncomingFile file)
    {
        public IncomingFile File => file;

        public bool IsRunning { get; set; } = true;

        public long? Size { get; set; }

        public long LastUsed { get; set; }
    }

    /// <summary>Looks for uploads of before a restart. Walks through the library: to be called once.</summary>
    public void FindResting()
    {
        string[] parts = IncomingFile.FindHidden(_library, IncomingFile.UploadSuffix);
        lock (_gate)
        {
            foreach (string part in parts)
            {
                string target = Path.Combine(Path.GetDirectoryName(part)!, Path.GetFileName(part)[1..^IncomingFile.UploadSuffix.Length]);
                _resting[Path.GetRelativePath(_library, target)] = IncomingFile.DurableLength(new FileInfo(part).Length);
            }
        }
    }

    /// <summary>Uploads that were begun, those of before a restart too.</summary>
    public List<UploadState> List()
    {
        lock (_gate)
        {
            return
            [
                .. _open.Select(static entry => StateOf(entry.Key, entry.Value))
                    .Concat(_resting.Select(static entry => new UploadState(entry.Key, entry.Value, null, false, false)))
                    .OrderBy(static state => state.Path, StringComparer.OrdinalIgnoreCase),
            ];
        }
    }

    /// <summary>How far one has come; at its beginning when nobody has begun it.</summary>
    public UploadState Find(string path) =>
        List().Find(state => state.Path.Equals(path, StringComparison.OrdinalIgnoreCase)) ?? new UploadState(path, 0, null, false, false);

    /// <summary>Takes bytes; when they were the last, the file is in the library.</summary>
    /// <exception cref="NoRoomException">There is no room; what came before stays, to be gone on with.</exception>
    /// <exception cref="WrongOffsetException">The bytes do not belong there.</exception>
    /// <exception cref="WrongContentException">The whole is not what was announced; it is deleted.</exception>
    /// <exception cref="NameTakenException">There is such a file.</exception>
    /// <exception cref="TransferBusyException">Somebody else writes it, or too many write others.</exception>
    /// <exception cref="OperationCanceledException">It was cut off; what has come stays, to be gone on with.</exception>
    public async Task<UploadState> ReceiveAsync(UploadOrder order, Stream bytes, CancellationToken cancellationToken)
    {
        if (!order.Replace && Path.Exists(Path.Combine(_library, order.Path)))
        {
            throw new NameTakenException($"{Printable.Text(order.Path)} is there already: delete it first, or say replace=true");
        }

        Upload upload = Take(order);
        try
        {
            await CopyAsync(upload, order, bytes, cancellationToken);
            if (order.Size is { } size && upload.File.Offset < size)
            {
                return StateOf(order.Path, upload) with { IsRunning = false };
            }

            await PublishAsync(upload, order, cancellationToken);
            return new UploadState(order.Path, upload.File.Offset, upload.File.Offset, false, true);
        }
        catch (WrongContentException)
        {
            Drop(order.Path, upload);
            throw;
        }
        finally
        {
            upload.LastUsed = _time.GetTimestamp();
            upload.IsRunning = false;
        }
    }

    /// <summary>Deletes what has come of an upload; false when there is nothing.</summary>
    /// <exception cref="TransferBusyException">Bytes come at this moment.</exception>
    public bool Cancel(string path)
    {
        lock (_gate)
        {
            if (_open.Remove(path, out Upload? upload))
            {
                if (upload.IsRunning)
                {
                    _open[path] = upload;
                    throw new TransferBusyException($"{Printable.Text(path)} is just being uploaded: end that first");
                }

                upload.File.Discard();
                return true;
            }

            _resting.Remove(path);
        }

        string part = IncomingFile.PartOf(Path.Combine(_library, path));
        bool exists = File.Exists(part);
        File.Delete(part);
        return exists;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Upload upload in _open.Values)
            {
                upload.File.Dispose();
            }

            _open.Clear();
        }
    }

    private static UploadState StateOf(string path, Upload upload) => new(path, upload.File.Offset, upload.Size, upload.IsRunning, false);

    /// <summary>Takes an upload for this caller alone, at the offset that he says.</summary>
    private Upload Take(UploadOrder order)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(order.Path, out Upload? upload))
            {
                CloseIdle();
                upload = new Upload(IncomingFile.Open(_library, order.Path));
                _open[order.Path] = upload;
                _resting.Remove(order.Path);
            }
            else if (upload.IsRunning)
            {
                throw new TransferBusyException($"{Printable.Text(order.Path)} is just being uploaded");
            }

            upload.IsRunning = true;
            upload.Size = order.Size;
            if (order.Offset == 0)
            {
                upload.File.Restart();
            }
            else if (order.Offset != upload.File.Offset)
            {
                upload.IsRunning = false;
                throw new WrongOffsetException(upload.File.Offset);
            }

            return upload;
        }
    }

    private async Task CopyAsync(Upload upload, UploadOrder order, Stream bytes, CancellationToken cancellationToken)
    {
        RequireRoom(order.Size - upload.File.Offset ?? order.Announced, order.Path);

        if (order.Sha256 is not null)
        {
            upload.File.BeginSum();
        }

        // One buffer is filled by the network while the other one is written.
        byte[][] buffers = [ArrayPool<byte>.Shared.Rent(ChunkBytes), ArrayPool<byte>.Shared.Rent(ChunkBytes)];
        Task writing = Task.CompletedTask;
        try
        {
            for (int turn = 0; ; turn ^= 1)
            {
                int count = await bytes.ReadAsync(buffers[turn], cancellationToken);
                await writing;
                if (count == 0)
                {
                    return;
                }

                RequireOrdered(upload, order, count);
                writing = upload.File.WriteAsync(buffers[turn].AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.ForEach(buffers, static buffer => ArrayPool<byte>.Shared.Return(buffer));
        }
    }

    /// <summary>Whether so many more bytes are in order: as many as announced, and where nobody has, as long as there is room.</summary>
    private void RequireOrdered(Upload upload, UploadOrder order, int count)
    {
        long offset = upload.File.Offset;
        if (offset + count > order.Size)
        {
            throw new WrongContentException($"more bytes came than the {order.Size} that were announced");
        }

        if (order.Size is null && (offset + count) / IncomingFile.SyncStep > offset / IncomingFile.SyncStep)
        {
            RequireRoom(0, order.Path);
        }
    }

    private void RequireRoom(long needed, string path)
    {
        long room = _space.Available(_library);
        if (needed > room || room == 0)
        {
            throw new NoRoomException($"{Printable.Text(path)} needs {FreeSpace.Megabytes(needed)} more, and {FreeSpace.Megabytes(room)} are left for images: remove some");
        }
    }

    private async Task PublishAsync(Upload upload, UploadOrder order, CancellationToken cancellationToken)
    {
        if (order.Sha256 is { } expected)
        {
            string sum = await upload.File.SumAsync(cancellationToken);
            if (!sum.Equals(expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new WrongContentException($"{Printable.Text(order.Path)} has the SHA-256 {sum}, not the one that was announced: it was deleted");
            }
        }

        await upload.File.PublishAsync(order.Replace, _time.GetUtcNow());
        lock (_gate)
        {
            _open.Remove(order.Path);
        }

        upload.File.Dispose();
    }

    private void Drop(string path, Upload upload)
    {
        lock (_gate)
        {
            _open.Remove(path);
        }

        upload.File.Discard();
    }

    private void CloseIdle()
    {
        while (_open.Count >= MaxOpen)
        {
            KeyValuePair<string, Upload>[] idle = [.. _open.Where(static entry => !entry.Value.IsRunning)];
            if (idle.Length == 0)
            {
                throw new TransferBusyException($"{MaxOpen} uploads are going on: wait for one to end");
            }

            KeyValuePair<string, Upload> oldest = idle.MinBy(static entry => entry.Value.LastUsed);
            oldest.Value.File.Dispose();
            _open.Remove(oldest.Key);
            _resting[oldest.Key] = IncomingFile.DurableLength(oldest.Value.File.Offset);
        }
    }
}
