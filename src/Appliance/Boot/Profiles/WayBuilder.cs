using System.Collections.Immutable;
using Appliance.Formats.BootConfig;
using Appliance.Formats.Linux;

namespace Appliance.Boot.Profiles;

/// <summary>Makes the boot lines of one profile for one image.</summary>
/// <param name="profile">The profile.</param>
/// <param name="facts">The image.</param>
/// <param name="entries">The Linux entries of its own menu.</param>
/// <param name="services">What this box offers.</param>
/// <param name="slimLength">Length of its slim form, or null.</param>
internal sealed class WayBuilder(
    ResolvedProfile profile, ImageFacts facts, ImmutableArray<BootConfigEntry> entries, BootServices services, long? slimLength)
{
    private const string WholeImage = "{iso}";
    private const string Slim = "{slim}";

    /// <summary>Where the image's own shim is; what it starts is checked with the distribution's key.</summary>
    private static readonly string[] Shims = ["EFI/BOOT/BOOT?64.EFI", "EFI/BOOT/BOOTAA64.EFI", "EFI/*/shimx64.efi"];

    /// <summary>Words in a label or a file's name that tell the architecture where the kernel does not.</summary>
    private static readonly (string Word, MachineArchitecture Architecture)[] ArchitectureWords =
    [
        ("aarch64", MachineArchitecture.Arm64), ("arm64", MachineArchitecture.Arm64),
        ("i386", MachineArchitecture.X86), ("i486", MachineArchitecture.X86), ("i586", MachineArchitecture.X86),
        ("i686", MachineArchitecture.X86), ("x86_32", MachineArchitecture.X86), ("32bit", MachineArchitecture.X86), ("ia32", MachineArchitecture.X86),
        ("x86fre", MachineArchitecture.X86), ("x86/", MachineArchitecture.X86), ("a64fre", MachineArchitecture.Arm64),
    ];

    private readonly string? _release = ProfileMatcher.FindRelease(profile, facts);

    /// <summary>Everything that the profile's ways come to.</summary>
    public (ImmutableArray<BootOption> Options, ImmutableArray<MissingWay> Missing) Build()
    {
        var options = ImmutableArray.CreateBuilder<BootOption>();
        var missing = ImmutableArray.CreateBuilder<MissingWay>();
        foreach (ProfileWay way in profile.Ways)
        {
            if (!IsOffered(way))
            {
                continue;
            }

            ImmutableArray<BootOption> made = BuildWay(way, out string? lacking);
            options.AddRange(made);
            if (made.IsEmpty && lacking is not null)
            {
                missing.Add(new MissingWay(way.Title, lacking));
            }
        }

        return (options.ToImmutable(), missing.ToImmutable());
    }

    private bool IsOffered(ProfileWay way)
    {
        bool usesNfs = way.Parameters.Contains("{nfs}", StringComparison.Ordinal);
        bool usesSlim = way.Parameters.Contains(Slim, StringComparison.Ordinal);
        string own = FindOwn(facts.FindFirst(Kernels(way))?.Path, initrd: null);
        return (services.Nfs || !usesNfs) && (slimLength is not null || !usesSlim)
            && new ConditionReader(facts, _release, own).HoldsAll(way.When);
    }

    private ImmutableArray<BootOption> BuildWay(ProfileWay way, out string? lacking)
    {
        string? need = way.Needs.Find(pattern => facts.Find(pattern) is null);
        lacking = need is null ? null : $"{need} is missing in it";
        return lacking is not null ? [] : way.Method switch
        {
            WayMethod.Linux => BuildLinux(way, out lacking),
            WayMethod.Efi => BuildPrograms(way),
            WayMethod.Wimboot => BuildWimboot(way, out lacking),
            WayMethod.Esxi => BuildEsxi(way, out lacking),
            WayMethod.MemdiskFloppy => facts.FindFirst(Kernels(way)) is { } floppy
                ? [Option(way, new MemdiskBootLine(facts.Path(floppy.Path), MemdiskMedium.Floppy), facts.LengthOf(floppy.Path), isSigned: true)]
                : [],
            WayMethod.MemdiskIso => [Option(way, new MemdiskBootLine(facts.Image, MemdiskMedium.Cdrom), facts.Length, isSigned: true)],
            _ => facts.HasBiosBoot || facts.HasEfiBoot
                ? [Option(way, new SanBootLine(facts.Image, facts.HasBiosBoot, facts.HasEfiBoot), 0, profile.SecureBoot)]
                : [],
        };
    }

    private ImmutableArray<BootOption> BuildLinux(ProfileWay way, out string? lacking)
    {
        if (facts.FindFirst(Kernels(way)) is not { } kernel)
        {
            lacking = $"its kernel ({Kernels(way)[0]}) is missing";
            return [];
        }

        string[] initrds = [.. (way.Initrd ?? [.. profile.Initrd]).Select(pattern => pattern.Replace("{version}", kernel.Open, StringComparison.Ordinal))];
        FoundPath? initrd = facts.FindFirst(initrds);
        if (initrds.Length > 0 && initrd is null)
        {
            lacking = $"its initial RAM disk ({initrds[0]}) is missing";
            return [];
        }

        if (initrd is { } ramDisk && way.InitrdLacks.Exists(pattern => facts.InitrdHas(ramDisk.Path, pattern) is not false))
        {
            lacking = null;
            return [];
        }

        lacking = initrd is null ? null : way.InitrdNeeds.Find(need => facts.InitrdHas(initrd.Value.Path, need.File) is false)?.Otherwise;
        if (lacking is not null)
        {
            return [];
        }

        ImmutableArray<NamedFile> files = FindFiles(way, out lacking);
        string parameters = Expand(way.Parameters, kernel, FindOwn(kernel.Path, initrd?.Path), ref lacking);
        if (lacking is not null)
        {
            return [];
        }

        KernelImage image = facts.ReadKernel(kernel.Path) ?? new KernelImage(GuessArchitecture(kernel.Path), IsLinux: true, IsEfi: true);
        string? shim = profile.SecureBoot ? facts.FindFirst(Shims)?.Path : null;
        var line = new LinuxBootLine(image, facts.Path(kernel.Path), initrd is { } found ? [facts.Path(found.Path)] : [], parameters)
        {
            Files = files,
            TellsInterface = way.Parameters.Contains("{bootif}", StringComparison.Ordinal),
            Shim = shim is null ? null : facts.Path(shim),
        };
        long bytes = facts.LengthOf(kernel.Path) + (initrd is { } disk ? facts.LengthOf(disk.Path) : 0) + LengthOfFiles(way) + LengthOfFetches(way);
        return [Option(way, line, bytes, shim is not null)];
    }

    private ImmutableArray<BootOption> BuildPrograms(ProfileWay way) =>
    [
        .. Kernels(way).SelectMany(facts.Match).DistinctBy(static found => found.Path)
            .Select(found => (found.Path, Program: facts.ReadKernel(found.Path)))
            .Where(static item => item.Program is { IsEfi: true })
            .Select(item => Option(way, new EfiProgramBootLine(item.Program!.Value.Architecture, facts.Path(item.Path)), facts.LengthOf(item.Path), profile.SecureBoot)),
    ];

    private ImmutableArray<BootOption> BuildWimboot(ProfileWay way, out string? lacking)
    {
        ImmutableArray<NamedFile> files = FindFiles(way, out lacking);
        if (lacking is not null)
        {
            return [];
        }

        var line = new WimbootBootLine(GuessArchitecture(way.Files[0].File), files, way.Parameters);
        return [Option(way, line, LengthOfFiles(way), isSigned: true) with { Loader = WimbootBootLine.Loader }];
    }

    private ImmutableArray<BootOption> BuildEsxi(ProfileWay way, out string? lacking)
    {
        string[] loaders = [.. Kernels(way).Select(facts.Find).OfType<FoundPath>().Select(static found => found.Path)];
        string? missing = EsxiFiles.Read(facts) is not { } config ? "boot.cfg"
            : loaders.Length == 0 ? Kernels(way)[0]
            : EsxiConfig.Files(config).FirstOrDefault(name => facts.Find(name) is null);
        lacking = missing is null ? null : $"{missing} is missing in it";
        if (lacking is not null)
        {
            return [];
        }

        string? bios = Array.Find(loaders, static path => path.EndsWith(".c32", StringComparison.OrdinalIgnoreCase));
        string? efi = Array.Find(loaders, static path => path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase));
        var line = new EsxiBootLine(facts.EsxiConfig, bios is null ? null : facts.Path(bios), efi is null ? null : facts.Path(efi));
        return [Option(way, line, LengthOfFetches(way), profile.SecureBoot)];
    }

    private BootOption Option(ProfileWay way, BootLine line, long bytes, bool isSigned) => new(way.Title, line)
    {
        Id = way.Id,
        Firmware = [.. way.Firmware],
        Bytes = bytes,
        MemoryMib = (int)Math.Min(way.Memory.Mib + (way.Memory.Times * bytes / (1 << 20)), int.MaxValue),
        IsSigned = isSigned,
        Note = way.Note ?? profile.Note,
    };

    private List<string> Kernels(ProfileWay way) => way.Kernel ?? [.. profile.Kernel];

    private ImmutableArray<NamedFile> FindFiles(ProfileWay way, out string? lacking)
    {
        var files = ImmutableArray.CreateBuilder<NamedFile>();
        lacking = null;
        foreach (WayFile file in way.Files)
        {
            if (file.File == WholeImage)
            {
                files.Add(new NamedFile(facts.Image, file.As));
                continue;
            }

            FoundPath[] found = [.. facts.Match(file.File)];
            lacking ??= found.Length == 0 ? $"{file.File} is missing in it" : null;
            files.AddRange(found.Select(item => new NamedFile(facts.Path(item.Path), file.As.Length > 0 ? file.As : item.Path[item.Path.LastIndexOf('/')..])));
        }

        return files.ToImmutable();
    }

    private long LengthOfFiles(ProfileWay way) => way.Files.Sum(file => LengthOf(file.File));

    private long LengthOfFetches(ProfileWay way) => way.Fetches.Sum(LengthOf);

    private long LengthOf(string pattern) => pattern switch
    {
        WholeImage => facts.Length,
        Slim => slimLength ?? 0,
        _ => facts.Match(pattern).Sum(found => facts.LengthOf(found.Path)),
    };

    private string Expand(string template, FoundPath kernel, string own, ref string? lacking)
    {
        string? problem = null;
        string text = ParameterTemplate.Expand(template, kernel.Open, variable =>
        {
            string? value = ValueOf(variable, kernel, own);
            problem ??= value is null ? $"{variable[(variable.IndexOf(':', StringComparison.Ordinal) + 1)..]} is missing in it"
                : variable is not "own" && !ParameterTemplate.IsOneWord(value) ? $"a name in it does not fit a kernel's command line: {value}"
                : null;
            return value ?? "";
        });
        lacking ??= problem;
        return text;
    }

    private string? ValueOf(string variable, FoundPath kernel, string own) => variable switch
    {
        "server" => services.Server,
        "address" => services.Address,
        "iso" => services.Server + facts.UrlOfImage,
        "slim" => services.Server + facts.UrlOfSlim,
        "root" => services.Server + facts.UrlPath(""),
        "nfs" => $"{services.Address}:{facts.UrlPath("")}",
        "label" => ParameterTemplate.UdevName(facts.Label),
        "release" => _release ?? "",
        "dir" => kernel.Path[..kernel.Path.LastIndexOf('/')],
        "top" => kernel.Path.Split('/')[1],
        "own" => own,
        "bootif" => "",
        _ => facts.Find(variable.Split(':', 2)[1]) is not { } found ? null
            : variable.StartsWith("url:", StringComparison.Ordinal) ? services.Server + facts.UrlPath(found.Path) : found.Path,
    };

    /// <summary>
    /// The parameters that the image's own menu starts this kernel with, without what the profile drops: those of the
    /// entry with the same RAM disk, else of any with the same kernel, else of any with a kernel of the same folder.
    /// </summary>
    private string FindOwn(string? kernel, string? initrd)
    {
        if (kernel is null)
        {
            return profile.Own.Default;
        }

        string folder = kernel[..(kernel.LastIndexOf('/') + 1)];
        BootConfigEntry? entry = entries.MaxBy(entry =>
            !entry.Kernel.StartsWith(folder, StringComparison.OrdinalIgnoreCase) ? 0
            : !entry.Kernel.Equals(kernel, StringComparison.OrdinalIgnoreCase) ? 1
            : initrd is null || !entry.Initrds.Contains(initrd, StringComparer.OrdinalIgnoreCase) ? 2 : 3);
        if (entry is null || !entry.Kernel.StartsWith(folder, StringComparison.OrdinalIgnoreCase))
        {
            return profile.Own.Default;
        }

        return string.Join(' ', entry.Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !profile.Own.Drop.Exists(pattern => ConditionReader.Fits(word, pattern))));
    }

    private MachineArchitecture GuessArchitecture(string path)
    {
        string text = $"{path} {facts.Label} {facts.FileName}".ToLowerInvariant();
        (string? word, MachineArchitecture architecture) = ArchitectureWords.FirstOrDefault(item => text.Contains(item.Word, StringComparison.Ordinal));
        return word is null ? MachineArchitecture.X64 : architecture;
    }
}
