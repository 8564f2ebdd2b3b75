using System.Threading.Channels;
using Appliance.Interop;

namespace Appliance.Images;

/// <summary>
/// Wakes the library when names in its folder change. Only a hint: inotify tells nothing of a card that is pulled, of a
/// folder that is mounted over, or after its queue overflowed, so <see cref="Renew"/> looks whether the watch is still on
/// the right folder, and the library polls besides.
/// </summary>
internal sealed class LibraryWatcher(string folder, ChannelWriter<bool> wake) : IDisposable
{
    private FileSystemWatcher? _watcher;
    private FileStatus _watched;
    private volatile string? _failure;

    /// <summary>
    /// Sets the watch up, or anew; returns why there was none, or null. Without a folder there is nothing to watch.
    /// </summary>
    public string? Renew()
    {
        bool exists = FileStatus.TryGet(folder, followLink: true, out FileStatus status) && status.Kind == FileKind.Directory;
        bool same = exists && status.Device == _watched.Device && status.Inode == _watched.Inode;
        string? failure = _failure;
        if (_watcher is not null && same && failure is null)
        {
            return null;
        }

        Dispose();
        if (!exists)
        {
            return null;
        }

        _watched = status;
        _failure = null;
        return Start() ?? failure;
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _watcher = null;
    }

    private string? Start()
    {
        var watcher = new FileSystemWatcher();
        try
        {
            watcher.Path = folder;
            watcher.IncludeSubdirectories = true;

            // Names only: each write of a copy of gigabytes would be told otherwise.
            watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName;
            watcher.Created += Wake;
            watcher.Deleted += Wake;
            watcher.Renamed += Wake;
            watcher.Error += Fail;
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
            return null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            watcher.Dispose();
            return exception.Message;
        }
    }

    private void Wake(object sender, FileSystemEventArgs change) => wake.TryWrite(true);

    /// <summary>
    /// After an overflow there is something to see. Any other failure, such as too many folders for the kernel's limit, would
    /// come again at once: polling goes on, and each poll tries to watch.
    /// </summary>
    private void Fail(object sender, ErrorEventArgs error)
    {
        if (error.GetException() is InternalBufferOverflowException)
        {
            wake.TryWrite(true);
        }
        else
        {
            _failure = error.GetException().Message;
        }
    }
}
