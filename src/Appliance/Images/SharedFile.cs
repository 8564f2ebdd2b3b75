using Appliance.Formats;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Images;

/// <summary>
/// An open file that several owners share: each <see cref="Payload"/> holds a reference while it is being sent. The
/// descriptor closes with the last of them, so that a file that is replaced or removed goes on being served, whole and
/// unchanged, to those who had begun, and a card on which nothing is read can be taken out of use.
/// </summary>
public sealed class SharedFile : SectorSource
{
    private readonly FileStream _stream;
    private int _references = 1;

    private SharedFile(FileStream stream, DateTimeOffset lastModified)
    {
        _stream = stream;
        Length = stream.Length;
        LastModified = lastModified;
    }

    /// <summary>Length in bytes when it was opened.</summary>
    public override long Length { get; }

    /// <summary>Modification time when it was opened.</summary>
    public DateTimeOffset LastModified { get; }

    /// <summary>Path it was opened by; for messages only, it may since name another file.</summary>
    public string Path => _stream.Name;

    /// <summary>The open file; never seek it, offsets are given with each read.</summary>
    public FileStream Stream => _stream;

    public SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Opens a file for reading, with one reference that belongs to the caller.</summary>
    /// <exception cref="IOException">It cannot be opened; the message names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SharedFile Open(string path)
    {
        // Asynchronous: only then does Socket.SendPacketsAsync use sendfile(2). Delete sharing: the user may remove it.
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        return new SharedFile(stream, new DateTimeOffset(File.GetLastWriteTimeUtc(stream.SafeFileHandle), TimeSpan.Zero));
    }

    public override int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int count = RandomAccess.Read(Handle, destination[done..], offset + done);
            if (count == 0)
            {
                break;
            }

            done += count;
        }

        return done;
    }

    /// <summary>Adds a reference; false when the last one is gone and the file is closed.</summary>
    public bool TryAcquire()
    {
        int seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Lets one reference go; closes the file with the last.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _stream.Dispose();
        }
    }
}
