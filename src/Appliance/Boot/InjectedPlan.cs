using System.Collections.Immutable;
using Appliance.Images;
using Appliance.Images.Injection;

namespace Appliance.Boot;

/// <summary>
/// Adds the owner's files to what the ways of an image start. Linux gets one more initial RAM disk behind the image's own,
/// which is not touched; wimboot puts each file into <c>X:\Windows\System32</c>. The plan tells of all of it.
/// </summary>
internal static class InjectedPlan
{
    /// <summary>Published folder of all injections.</summary>
    public const string Folder = "/inject/";

    /// <summary>Name of the archive of an image's files, below the image's own folder.</summary>
    public const string Archive = "injected.cpio";

    /// <summary>The plan with the image's injection; the same where there is none.</summary>
    public static BootPlan Apply(LibraryImage image, BootPlan plan, ImageInjection injection) => plan with
    {
        Injected = injection.Files,
        Missing = injection.Problem is { } problem ? plan.Missing.Add(new MissingWay("the owner's files beside it", problem)) : plan.Missing,
        Options = injection.Files.IsEmpty ? plan.Options : [.. plan.Options.Select(option => Add(image, option, injection))],
    };

    private static BootOption Add(LibraryImage image, BootOption option, ImageInjection injection) => option.Line switch
    {
        // A kernel without any RAM disk is a program of its own, such as a memory test.
        LinuxBootLine linux when !linux.Initrds.IsEmpty => Grow(option, injection.Length) with
        {
            Line = linux with { Initrds = linux.Initrds.Add($"{Folder}{image.Id}/{Archive}") },
        },
        WimbootBootLine windows => Grow(option, injection.Length) with { Line = windows with { Files = AddFlat(image, windows.Files, injection) } },
        _ => option,
    };

    /// <summary>wimboot knows no folders. The owner's file takes the place of the image's of that name.</summary>
    private static ImmutableArray<NamedFile> AddFlat(LibraryImage image, ImmutableArray<NamedFile> files, ImageInjection injection)
    {
        ImmutableArray<NamedFile> own =
        [
            .. injection.Files.Where(static file => !file.Path.Contains('/', StringComparison.Ordinal))
                .Select(file => new NamedFile($"{Folder}{image.Id}/{file.Path}", file.Path)),
        ];
        return [.. files.Where(file => !own.Any(other => other.Name.Equals(file.Name, StringComparison.OrdinalIgnoreCase))), .. own];
    }

    /// <summary>The loader's copy and the unpacked files lie in memory at one time.</summary>
    private static BootOption Grow(BootOption option, long length) => option with
    {
        Bytes = option.Bytes + length,
        MemoryMib = option.MemoryMib == 0 ? 0 : option.MemoryMib + (int)Math.Ceiling(2.0 * length / (1 << 20)),
    };
}
