using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Interop;

/// <summary>
/// An open directory, for what the framework cannot do with one: make renames in it durable, and hold it against another
/// process of ours.
/// </summary>
internal sealed class FolderHandle : IDisposable
{
    private const int ReadOnly = 0;           // O_RDONLY
    private const int CloseOnExec = 0x80000;  // O_CLOEXEC, the same on x86 and ARM
    private const int LockExclusive = 2;      // LOCK_EX
    private const int DoNotWait = 4;          // LOCK_NB
    private const int Unlock = 8;             // LOCK_UN
    private const int WouldBlock = 11;        // EWOULDBLOCK
    private const int Invalid = 22;           // EINVAL

    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private bool _isLocked;

    private FolderHandle(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <exception cref="IOException">It is not there, is no directory or may not be read; the message names it.</exception>
    public static FolderHandle Open(string path)
    {
        // O_DIRECTORY has another number on each architecture.
        if (!FileStatus.TryGet(path, followLink: true, out FileStatus status) || status.Kind != FileKind.Directory)
        {
            throw new IOException($"{path} is no folder");
        }

        int descriptor = LinuxFolder.Open(path, ReadOnly | CloseOnExec);
        return descriptor >= 0
            ? new FolderHandle(new SafeFileHandle(descriptor, ownsHandle: true), path)
            : throw Failure(path, "cannot be opened");
    }

    /// <summary>Makes the names in it durable (fsync(2)): a rename may be lost with the power until then.</summary>
    /// <exception cref="IOException">The medium failed.</exception>
    public static void Sync(string path)
    {
        using FolderHandle folder = Open(path);

        // EINVAL: the file system has nothing to write for directories.
        if (LinuxFolder.FSync(folder._handle) != 0 && Marshal.GetLastPInvokeError() != Invalid)
        {
            throw Failure(path, "cannot be made durable");
        }
    }

    /// <summary>
    /// Takes the directory's advisory lock (flock(2)) until this is disposed; false when somebody else has it. A process that
    /// dies lets go of it.
    /// </summary>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public bool TryLock()
    {
        _isLocked = LinuxFolder.FLock(_handle, LockExclusive | DoNotWait) == 0;
        return _isLocked || Marshal.GetLastPInvokeError() == WouldBlock ? _isLocked : throw Failure(_path, "cannot be locked");
    }

    /// <summary>
    /// Lets go of the lock in words: closing alone leaves it to a program that is just being started, which has a copy of the
    /// descriptor between fork and exec.
    /// </summary>
    public void Dispose()
    {
        if (_isLocked)
        {
            _ = LinuxFolder.FLock(_handle, Unlock);
        }

        _handle.Dispose();
    }

    private static IOException Failure(string path, string what) =>
        new($"{path} {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

internal static partial class LinuxFolder
{
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int FSync(SafeFileHandle folder);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int FLock(SafeFileHandle folder, int operation);
}
