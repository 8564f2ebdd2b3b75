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
    private int _references = 1;

    private SharedFile(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
        Length = RandomAccess.GetLength(handle);
        LastModified = new DateTimeOffset(File.GetLastWriteTimeUtc(handle), TimeSpan.Zero);
    }

    /// <summary>Length in bytes when it was opened.</summary>
    public override long Length { get; }

    /// <summary>Modification time when it was opened.</summary>
    public DateTimeOffset LastModified { get; }

    /// <summary>Path it was opened by; for messages only, it may since name another file.</summary>
    public string Path { get; }

    /// <summary>The open file; never seek it, offsets are given with each read.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Opens a file for reading, with one reference that belongs to the caller.</summary>
    /// <exception cref="IOException">It cannot be opened; the message names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SharedFile Open(string path)
    {
        // Delete sharing: the user may remove it.
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new SharedFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
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
            Handle.Dispose();
        }
    }
}
