using System.Collections.Immutable;

namespace Appliance.Images.Injection;

/// <summary>A file of the owner's that goes into an image's initial RAM file system.</summary>
public sealed class InjectedFile
{
    internal InjectedFile(string path, ListedFile source, bool isExecutable) => (Path, Source, IsExecutable) = (path, source, isExecutable);

    /// <summary>Where it goes, without a slash at its start.</summary>
    public string Path { get; }

    /// <summary>In bytes.</summary>
    public long Length => Source.Identity.Length;

    /// <summary>Whether it begins as a script or a program does: the media partition knows no permissions.</summary>
    public bool IsExecutable { get; }

    /// <summary>What is read.</summary>
    internal ListedFile Source { get; }
}

/// <summary>What the owner has put beside one image to be injected.</summary>
/// <param name="Files">The files, by path; empty when there are none, or when they cannot be used.</param>
/// <param name="Problem">Why they cannot be used, in words for their owner, or null.</param>
public sealed record ImageInjection(ImmutableArray<InjectedFile> Files, string? Problem)
{
    public static readonly ImageInjection None = new([], null);

    /// <summary>Bytes of all files.</summary>
    public long Length => Files.Sum(static file => file.Length);
}
