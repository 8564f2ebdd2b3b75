using System.Collections.Immutable;

namespace Appliance.Boot.Profiles;

/// <summary>A profile with all that it takes over from its bases; never changes.</summary>
/// <param name="Id">Its name in files.</param>
/// <param name="Name">What an image of it is, in words.</param>
/// <param name="Priority">The highest wins.</param>
/// <param name="Bases">Ids of the profiles it is built on.</param>
/// <param name="Conditions">What must be true, those of the bases first.</param>
internal sealed record ResolvedProfile(
    string Id, string Name, int Priority, ImmutableArray<string> Bases, ImmutableArray<ProfileCondition> Conditions)
{
    public required ImmutableArray<string> Labels { get; init; }

    public required ImmutableArray<string> Names { get; init; }

    public required ImmutableArray<ReleaseSource> Release { get; init; }

    public required ImmutableArray<string> Kernel { get; init; }

    public required ImmutableArray<string> Initrd { get; init; }

    public required OwnParameters Own { get; init; }

    public required bool SecureBoot { get; init; }

    public required AutoInstallKind? AutoInstall { get; init; }

    public required string? Note { get; init; }

    public required ImmutableArray<ProfileWay> Ways { get; init; }

    /// <summary>A profile without a base.</summary>
    public static ResolvedProfile Of(BootProfile profile) => new(
        profile.Id, profile.Name, profile.Priority ?? 0, [], [.. profile.Detect])
    {
        Labels = [.. profile.Labels],
        Names = [.. profile.Names],
        Release = [.. profile.Release ?? [new ReleaseSource()]],
        Kernel = [.. profile.Kernel ?? []],
        Initrd = [.. profile.Initrd ?? []],
        Own = profile.Own ?? new OwnParameters(),
        SecureBoot = profile.SecureBoot ?? false,
        AutoInstall = profile.AutoInstall,
        Note = profile.Note,
        Ways = [.. profile.Ways],
    };

    /// <summary>A profile that is built on this one. Hints are not taken over: they are what tells the two apart.</summary>
    public ResolvedProfile With(BootProfile profile) => new(
        profile.Id, profile.Name, profile.Priority ?? Priority, [.. Bases, Id], [.. Conditions, .. profile.Detect])
    {
        Labels = [.. profile.Labels],
        Names = [.. profile.Names],
        Release = profile.Release is null ? Release : [.. profile.Release],
        Kernel = profile.Kernel is null ? Kernel : [.. profile.Kernel],
        Initrd = profile.Initrd is null ? Initrd : [.. profile.Initrd],
        Own = profile.Own ?? Own,
        SecureBoot = profile.SecureBoot ?? SecureBoot,
        AutoInstall = profile.AutoInstall ?? AutoInstall,
        Note = profile.Note ?? Note,
        Ways = profile.Ways.Count == 0 ? Ways : [.. profile.Ways],
    };
}
