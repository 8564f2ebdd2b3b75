using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>A disk or card that a board's image was flashed to; gone when disposed.</summary>
internal sealed class Disk : IDisposable
{
    /// <summary>Small for a card, but with room for an installer; a power of two, as QEMU wants SD cards.</summary>
    private const long Size = 1L << 30;

    private Disk(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="InvalidOperationException">There is no such image; the message names the remedy.</exception>
    public static Disk Flash(string board, long size = Size)
    {
        string image = System.IO.Path.Combine(Repository.Artifacts, "image", board, "images", "sdcard.img");
        if (!File.Exists(image))
        {
            throw new InvalidOperationException($"no {image}: run ./create.sh {board}, or make test-image, which does");
        }

        string path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("plugboot-disk-").FullName, "disk.img");
        File.Copy(image, path);
        using FileStream disk = File.OpenWrite(path);
        disk.SetLength(size);
        return new Disk(path);
    }

    /// <summary>A USB stick of one FAT volume with an image in its folder isos.</summary>
    public static async Task<Disk> MakeStickAsync(string label, string image)
    {
        string path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("plugboot-stick-").FullName, "stick.img");
        using (FileStream stick = File.Create(path))
        {
            stick.SetLength(64 << 20);
        }

        await HostCommand.RunAsync("sh", "-c", "echo 'start=2048, type=e' | sfdisk --quiet \"$0\"", path);
        string volume = path + "@@1M";
        await HostCommand.RunAsync("mformat", "-i", volume, "-T", "129024", "-h", "16", "-s", "63", "-v", label, "::");
        await HostCommand.RunAsync("mmd", "-i", volume, "::isos");
        await HostCommand.RunAsync("mcopy", "-i", volume, image, "::isos");
        return new Disk(path);
    }

    /// <summary>Puts a file on the boot volume, as its owner would on a PC.</summary>
    public async Task PutAsync(string name, params string[] lines)
    {
        string source = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, name);
        await File.WriteAllTextAsync(source, string.Join("\r\n", lines) + "\r\n");
        await HostCommand.RunAsync("mcopy", "-o", "-i", Path + "@@4M", source, "::" + name);
    }

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
}
