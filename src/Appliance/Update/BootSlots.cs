using Appliance.Formats.Update;

namespace Appliance.Update;

/// <summary>
/// The two copies of the system, and what the boot loader remembers of them: <c>slot</c>, which was confirmed, and <c>try</c>,
/// which it boots once, clearing the name first (board/common/u-boot.env, board/pc/grub.cfg).
/// </summary>
/// <param name="bootFolder">The boot volume, writable.</param>
/// <param name="kernelCommandLine">Of the running system: names its slot.</param>
internal sealed class BootSlots(string bootFolder, string kernelCommandLine)
{
    private const string SlotVariable = "slot";
    private const string TryVariable = "try";
    private const string Argument = "plugboot.slot=";

    private readonly string _grub = Path.Combine(bootFolder, "plugboot.env");
    private readonly string _uBoot = Path.Combine(bootFolder, "uboot.env");

    /// <summary>The slot that is running: a or b.</summary>
    /// <exception cref="IOException">This is no image of ours.</exception>
    public string Current { get; } = kernelCommandLine.Split(' ', '\n').FirstOrDefault(static word => word is Argument + "a" or Argument + "b")?[Argument.Length..]
        ?? throw new IOException("no slot is running: this system was not started from an image of Plugboot");

    /// <summary>The slot that an update goes to.</summary>
    public string Other => Current == "a" ? "b" : "a";

    /// <summary>Lets the next boot try the other slot, once.</summary>
    /// <exception cref="IOException">The boot loader's memory cannot be read or written.</exception>
    public void TryOther() => Change(variables => variables[TryVariable] = Other);

    /// <summary>Before the other slot is overwritten: nothing may boot it, neither for a trial nor as the confirmed one.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void LeaveOther() => Change(variables =>
    {
        variables[SlotVariable] = Current;
        variables.Remove(TryVariable);
    });

    /// <summary>Whether the running slot is the one that every boot takes.</summary>
    /// <exception cref="IOException">As above.</exception>
    public bool IsConfirmed => Read().GetValueOrDefault(SlotVariable, "a") == Current;

    /// <summary>Makes it that: the service works.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void Confirm() => Change(variables => variables[SlotVariable] = Current);

    private SortedDictionary<string, string> Read()
    {
        string path = MemoryPath();
        byte[] bytes = File.ReadAllBytes(path);
        bool isGood = path == _grub
            ? GrubEnvironmentBlock.TryParse(bytes, out SortedDictionary<string, string> variables, out string? reason)
            : UBootEnvironment.TryParse(bytes, out variables, out reason);
        return isGood ? variables : throw new IOException($"{path} {reason}");
    }

    private string MemoryPath() =>
        File.Exists(_grub) ? _grub
        : File.Exists(_uBoot) ? _uBoot
        : throw new IOException("this board's boot loader keeps its memory where no update reaches it (docs/adr/0009): flash the new image");

    /// <summary>
    /// In place, as the loaders themselves do it: GRUB's differs in one sector, U-Boot's in several (docs/adr/0009). Nothing is
    /// written when nothing changes.
    /// </summary>
    private void Change(Action<SortedDictionary<string, string>> change)
    {
        SortedDictionary<string, string> variables = Read();
        change(variables);
        string path = MemoryPath();
        byte[] before = File.ReadAllBytes(path);
        byte[] after = path == _grub ? GrubEnvironmentBlock.Write(variables) : UBootEnvironment.Write(variables, before.Length);
        if (after.AsSpan().SequenceEqual(before))
        {
            return;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(after);
        file.Flush(flushToDisk: true);
    }
}
