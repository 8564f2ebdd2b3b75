using System.Security.Cryptography;
using Appliance.Formats.Update;
using Appliance.Interop;

namespace Appliance.Update;

/// <summary>Writes an update's files to the slot that is not running, and reads them back from the medium.</summary>
/// <param name="rootDevice">The slot's root partition.</param>
/// <param name="rootLength">Its length in bytes: .NET takes that of a device for 0.</param>
/// <param name="bootFolder">The slot's folder on the boot volume.</param>
internal sealed class SlotWriter(string rootDevice, long rootLength, string bootFolder)
{
    private const int BufferLength = 1 << 20;

    /// <summary>Writes all files; when it returns, they are on the medium and were read from it as the manifest says.</summary>
    /// <exception cref="IOException">It cannot be done; the slot is then useless, and nobody must try it.</exception>
    public void Write(UpdateBundle bundle, TextWriter progress)
    {
        Directory.CreateDirectory(bootFolder);
        foreach ((UpdateFile file, Stream content) in bundle.ReadFiles())
        {
            progress.WriteLine($"  {file.Name}");
            string path = PathOf(file);
            Copy(content, path, file);
            Verify(path, file);
        }
    }

    private string PathOf(UpdateFile file) =>
        file.Name == UpdateManifest.RootName ? rootDevice : Path.Combine(bootFolder, file.Name);

    /// <summary>A partition is opened as it is, a file is made anew.</summary>
    private void Copy(Stream content, string path, UpdateFile file)
    {
        if (path == rootDevice && file.Length > rootLength)
        {
            throw new IOException($"{file.Name} is larger than {path}");
        }

        FileMode mode = path == rootDevice ? FileMode.Open : FileMode.Create;
        using FileStream target = new(path, mode, FileAccess.Write, FileShare.None, bufferSize: 0);
        content.CopyTo(target, BufferLength);
        target.Flush(flushToDisk: true);
        FileCache.Forget(target.SafeFileHandle, 0, file.Length);
    }

    private static void Verify(string path, UpdateFile file)
    {
        using FileStream source = File.OpenRead(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferLength];
        for (long left = file.Length; left > 0;)
        {
            int count = source.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (count == 0)
            {
                throw new IOException($"{path} ends too early when it is read back");
            }

            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Digest)
        {
            throw new IOException($"{file.Name} is not what the manifest says, or {path} does not keep what is written to it");
        }
    }
}
