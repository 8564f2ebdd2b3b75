using System.Globalization;
using Appliance.Options;
using Appliance.Update;

namespace Appliance;

/// <summary>Puts a signed update into the slot that is not running, or confirms the one that is. Only on the firmware image.</summary>
internal static class UpdateCommand
{
    /// <summary>Holds the process that writes an update, for the light.</summary>
    private const string RunningFile = "/run/plugboot/updating";

    private const string KeyFile = "/etc/plugboot/update-key.pem";
    private const string BoardFile = "/etc/plugboot/board";

    /// <summary>Whether an update is being written at this moment: the power must stay.</summary>
    public static bool IsRunning
    {
        get
        {
            try
            {
                return File.Exists(RunningFile) && Directory.Exists($"/proc/{File.ReadAllText(RunningFile)}");
            }
            catch (IOException)
            {
                // It has ended in between.
                return false;
            }
        }
    }

    /// <summary>Says what it does; exit status 1 when it could not be done, with the reason on <paramref name="errors"/>.</summary>
    public static int Run(VerbArguments arguments, TextWriter output, TextWriter errors)
    {
        try
        {
            var slots = new BootSlots(BootVolume.Folder, File.ReadAllText("/proc/cmdline"));
            if (!arguments.Confirm)
            {
                Install(arguments.Operand!, slots, output);
            }
            else if (!slots.IsConfirmed)
            {
                BootVolume.WhileWritable(slots.Confirm);
                output.WriteLine($"plugboot: slot {slots.Current} works, and is booted from now on");
            }

            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"plugboot: {failure.Message}");
            return 1;
        }
    }

    private static void Install(string path, BootSlots slots, TextWriter output)
    {
        using UpdateBundle bundle = Open(path);
        string board = File.ReadAllText(BoardFile).Trim();
        if (bundle.Manifest.Board != board)
        {
            throw new IOException($"{Printable.Text(path)} is for {bundle.Manifest.Board}, and this is {board}");
        }

        output.WriteLine($"plugboot: writing {bundle.Manifest.Version} to slot {slots.Other}");
        string root = RootPartition.Of(slots.Other);
        var writer = new SlotWriter(root, RootPartition.LengthOf(root), Path.Combine(BootVolume.Folder, slots.Other));
        File.WriteAllText(RunningFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            BootVolume.WhileWritable(() =>
            {
                slots.LeaveOther();
                writer.Write(bundle, output);
                slots.TryOther();
            });
        }
        finally
        {
            File.Delete(RunningFile);
        }

        output.WriteLine("plugboot: done; the next boot tries it, and goes back by itself if it does not work: reboot");
    }

    private static UpdateBundle Open(string path)
    {
        try
        {
            return UpdateBundle.Open(path, File.ReadAllText(KeyFile));
        }
        catch (IOException failure)
        {
            throw new IOException($"{Printable.Text(path)}: {failure.Message}", failure);
        }
    }
}
