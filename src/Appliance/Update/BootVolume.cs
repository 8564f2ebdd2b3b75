using System.Diagnostics;

namespace Appliance.Update;

/// <summary>The boot volume of the firmware image: FAT, so that any PC can write the owner's files, and read-only while nobody does.</summary>
internal static class BootVolume
{
    public const string Folder = "/boot";

    private static readonly Lock Turn = new();

    /// <summary>The volume is read-only but for these moments.</summary>
    /// <exception cref="IOException">It cannot be made writable.</exception>
    public static void WhileWritable(Action action)
    {
        lock (Turn)
        {
            Remount("rw");
            try
            {
                action();
            }
            finally
            {
                Remount("ro");
            }
        }
    }

    private static void Remount(string access)
    {
        using Process mount = Process.Start("mount", ["-o", "remount," + access, Folder]);
        mount.WaitForExit();
        if (mount.ExitCode != 0)
        {
            throw new IOException($"{Folder} cannot be mounted {access}");
        }
    }
}
