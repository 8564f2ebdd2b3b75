using Appliance.Interop;

namespace Appliance.Images;

/// <summary>
/// Names of whole folders that a crash leaves either as they were or as they should be. Durable means: still so after the
/// power was cut.
/// </summary>
internal static class DurableFolder
{
    /// <summary>Makes every file's name in a folder and the folders below it durable; the files are so already.</summary>
    /// <exception cref="IOException">The medium failed.</exception>
    public static void SyncNames(string folder)
    {
        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            SyncNames(child);
        }

        FolderHandle.Sync(folder);
    }

    /// <summary>Creates a folder, and those above it that are missing.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        string above = Path.GetDirectoryName(folder) ?? throw new IOException($"{folder} has no folder above it");
        Create(above);
        Directory.CreateDirectory(folder);
        FolderHandle.Sync(above);
    }

    /// <summary>Gives a folder another name beside the old one; when it returns, the new name is durable.</summary>
    /// <exception cref="IOException">It cannot, or the new name is taken.</exception>
    public static void Rename(string from, string to)
    {
        Directory.Move(from, to);
        FolderHandle.Sync(Path.GetDirectoryName(to)!);
    }

    /// <summary>Deletes a folder of ours with all that is in it; false when there is none.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static bool Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        Directory.Delete(folder, recursive: true);
        FolderHandle.Sync(Path.GetDirectoryName(folder)!);
        return true;
    }

    /// <summary>
    /// Writes a new file and makes its bytes durable. It must not exist: nobody else's file is ever written over.
    /// </summary>
    /// <param name="length">Bytes it will have, for which room is taken at once; 0 if unknown.</param>
    /// <exception cref="IOException">It exists, the card is full, or the medium failed.</exception>
    public static void WriteFile(string path, long length, Action<FileStream> write)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            PreallocationSize = length,
        });
        write(file);
        file.Flush(flushToDisk: true);
    }
    /// <summary>Writes a small file, in the place of an older one if there is one; after a power cut there is one of the two, whole.</summary>
    /// <exception cref="IOException">The card is full, or the medium failed; the older one is still there.</exception>
    public static void ReplaceFile(string path, byte[] content)
    {
        string work = path + "~";
        File.Delete(work);
        WriteFile(work, content.Length, file => file.Write(content));
        File.Move(work, path, overwrite: true);
        FolderHandle.Sync(Path.GetDirectoryName(path)!);
    }
}
