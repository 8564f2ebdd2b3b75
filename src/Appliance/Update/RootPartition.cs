using System.Globalization;

namespace Appliance.Update;

/// <summary>Where the root file systems are: beside the one that is running, whatever the disk is called (docs/adr/0008).</summary>
internal static class RootPartition
{
    /// <summary>Path of a slot's partition.</summary>
    /// <exception cref="IOException">The root file system is not on a partition.</exception>
    public static string Of(string slot) => Of(slot, File.ReadLines("/proc/self/mountinfo"), static device =>
        Directory.ResolveLinkTarget("/sys/dev/block/" + device, returnFinalTarget: true)?.FullName);

    /// <summary>Bytes of a partition; sysfs counts sectors of 512, whatever the disk's are (Linux, Documentation/ABI/stable/sysfs-block).</summary>
    /// <exception cref="IOException">There is no such partition.</exception>
    public static long LengthOf(string path) =>
        512 * long.Parse(File.ReadAllText($"/sys/class/block/{Path.GetFileName(path)}/size"), CultureInfo.InvariantCulture);

    /// <param name="mounts">Lines of mountinfo: number, parent, device, root, mount point (proc(5)).</param>
    /// <param name="resolve">Path in sysfs of a device: <c>.../sda/sda2</c>.</param>
    internal static string Of(string slot, IEnumerable<string> mounts, Func<string, string?> resolve)
    {
        string? device = mounts.Select(static line => line.Split(' ')).FirstOrDefault(static words => words.Length > 4 && words[4] == "/")?[2];
        string? disk = device is null ? null : Path.GetFileName(Path.GetDirectoryName(resolve(device)));
        if (string.IsNullOrEmpty(disk) || disk == "block")
        {
            throw new IOException("the root file system is not on a partition: there is no other slot");
        }

        return $"/dev/{disk}{(char.IsAsciiDigit(disk[^1]) ? "p" : "")}{(slot == "a" ? 2 : 5)}";
    }
}
