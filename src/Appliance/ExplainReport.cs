using System.Globalization;
using Appliance.Boot;
using Appliance.Images;
using Appliance.Images.Injection;
using Appliance.Options;

namespace Appliance;

/// <summary>
/// Says of one image what it was taken for, why, and how each kind of machine would start it: the answer to "why does it
/// not boot?" without a PC.
/// </summary>
internal static class ExplainReport
{
    private const int PieceLength = 100;

    private static readonly (string Name, ClientMachine Machine)[] Machines =
    [
        ("BIOS", new ClientMachine(ClientFirmware.Bios)),
        ("UEFI x64", new ClientMachine(ClientFirmware.UefiX64)),
        ("UEFI x64, Secure Boot, signed iPXE", new ClientMachine(ClientFirmware.UefiX64, SecureBoot: true)),
        ("UEFI ia32", new ClientMachine(ClientFirmware.UefiIa32)),
        ("UEFI arm64", new ClientMachine(ClientFirmware.UefiArm64)),
    ];

    /// <summary>Lines about an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="services">What this box offers.</param>
    /// <param name="refusesSecurely">Why the shipped shim and GRUB cannot start a line under Secure Boot, or null.</param>
    public static IEnumerable<string> Write(LibraryImage image, BootPlan plan, BootServices services, Func<BootLine, string?> refusesSecurely)
    {
        string release = plan.Release is null ? "" : $", release {plan.Release}";
        yield return $"{image.RelativePath}: {plan.Kind}{release}";
        yield return $"  profile: {plan.Profile ?? "none"}";
        foreach (string evidence in plan.Evidence)
        {
            yield return $"  because: {evidence}";
        }

        if (plan.AutoInstall is { } kind)
        {
            yield return $"  answers: {kind} installs it without questions";
        }

        for (int i = 0; i < plan.Options.Length; i++)
        {
            foreach (string line in WriteOption(i + 1, plan.Options[i]))
            {
                yield return "  " + line;
            }
        }

        foreach (InjectedFile file in plan.Injected)
        {
            yield return $"  injected: /{file.Path} ({MenuModel.Size(file.Length)}{(file.IsExecutable ? ", executable" : "")})";
        }

        foreach (MissingWay way in plan.Missing)
        {
            yield return $"  not possible: {way.Title}: {way.Reason}";
        }

        foreach ((string name, ClientMachine machine) in Machines)
        {
            yield return $"  {name}: {Verdict(plan, option => option.Refuse(machine, services), plan.Problem(machine, services))}";
        }

        var pc = new ClientMachine(ClientFirmware.UefiX64);
        string? refusal = plan.Problem(pc, services) ?? plan.For(pc, services).Select(option => refusesSecurely(option.Line)).FirstOrDefault();
        yield return $"  UEFI x64, Secure Boot: {Verdict(plan, option => option.Refuse(pc, services) ?? refusesSecurely(option.Line), refusal)}";
    }

    private static string Verdict(BootPlan plan, Func<BootOption, string?> refuses, string? problem)
    {
        string[] ways =
        [
            .. plan.Options.Select((option, i) => (Number: i + 1, IsOpen: refuses(option) is null))
                .Where(static way => way.IsOpen).Select(static way => way.Number.ToString(CultureInfo.InvariantCulture)),
        ];
        return ways.Length > 0 ? $"way {string.Join(", ", ways)}" : $"not here: {problem}";
    }

    private static IEnumerable<string> WriteOption(int number, BootOption option)
    {
        yield return $"way {number}: {MenuModel.Describe(option)}";
        if (option.Bytes > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"    time: {Seconds(option.Bytes, 100)} at 100 Mbit/s, {Seconds(option.Bytes, 1000)} at 1 Gbit/s");
        }

        if (option.Note is not null)
        {
            yield return $"    note: {option.Note}";
        }

        foreach (string line in WriteLine(option.Line))
        {
            yield return $"    {line}";
        }
    }

    private static IEnumerable<string> WriteLine(BootLine line) => line switch
    {
        LinuxBootLine linux =>
        [
            $"kernel: {linux.Kernel} ({linux.KernelImage.Architecture}{(linux.KernelImage.IsEfi ? ", EFI" : "")})",
            .. linux.Initrds.Select(static path => $"initrd: {path}"),
            .. linux.Files.Select(static file => $"initrd: {file.Path} as {file.Name}"),
            .. linux.Shim is null ? [] : new[] { $"shim: {linux.Shim}" },
            $"parameters: {linux.Parameters}{(linux.TellsInterface ? " BOOTIF=(the card's address)" : "")}",
        ],
        WimbootBootLine windows => [.. windows.Files.Select(static file => $"file: {file.Path} as {file.Name}"), $"parameters: {windows.Parameters}"],
        EfiProgramBootLine program => [$"program: {program.Program} ({program.Architecture})"],
        MemdiskBootLine memdisk => [$"memdisk: {memdisk.Image} as a {memdisk.Medium}"],
        SanBootLine disc => [$"disc: {disc.Image} (BIOS {(disc.HasBiosBoot ? "yes" : "no")}, UEFI {(disc.HasEfiBoot ? "yes" : "no")})"],
        _ => [],
    };

    /// <summary>Time that the bytes take on a link that is used to nine tenths.</summary>
    private static string Seconds(long bytes, int megabitsPerSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes * 8 / (megabitsPerSecond * 1e6 * 0.9)):0} s");

    /// <summary>A report as it is printed: names out of images cannot forge a line.</summary>
    public static void Print(IEnumerable<string> lines, TextWriter output)
    {
        foreach (string line in lines)
        {
            // In pieces, because kernel parameters are longer than what is shown of a single name.
            output.WriteLine(string.Concat(line.Chunk(PieceLength).Select(static piece => Printable.Text(piece))));
        }
    }
}
