using System.Reflection;
using Appliance.Options;

namespace Appliance.Boot.Profiles;

/// <summary>
/// Where profiles come from: inside the program, so that the one file <c>plugboot</c> is enough on any machine, and then
/// the user's folder, whose profiles take the place of shipped ones with the same id. Owned by one thread.
/// </summary>
/// <param name="folder">The user's folder; it need not exist.</param>
public sealed class ProfileFiles(string folder)
{
    /// <summary>More profiles than there are distributions.</summary>
    private const int MaxFiles = 1000;

    /// <summary>The longest shipped profile has 4 KiB.</summary>
    private const int MaxLength = 256 * 1024;

    private List<(string Path, DateTime Modified, long Length)>? _seen;

    /// <summary>The profiles as they were when the folder was last looked at.</summary>
    public ProfileSet Current { get; private set; } = ProfileSet.Build([], []);

    /// <summary>Looks at the user's folder; true when there is anything new, and always the first time.</summary>
    public bool Refresh()
    {
        List<(string, DateTime, long)> found = [.. ListFiles()];
        if (_seen is not null && found.SequenceEqual(_seen))
        {
            return false;
        }

        _seen = found;
        var mistakes = new List<string>();
        List<ProfileSource> sources = [.. ReadShipped(mistakes), .. ReadOwn(mistakes)];
        Current = ProfileSet.Build(sources, mistakes);
        return true;
    }

    private static IEnumerable<ProfileSource> ReadShipped(List<string> mistakes)
    {
        Assembly program = typeof(ProfileFiles).Assembly;
        foreach (string name in program.GetManifestResourceNames().Where(static name => name.StartsWith("profiles/", StringComparison.Ordinal)))
        {
            using Stream stream = program.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            if (Read(name, bytes, mistakes) is { } profile)
            {
                yield return new ProfileSource(name, profile);
            }
        }
    }

    private IEnumerable<ProfileSource> ReadOwn(List<string> mistakes)
    {
        foreach ((string path, _, long length) in _seen!)
        {
            if (ReadFile(path, length, mistakes) is { } profile)
            {
                yield return new ProfileSource(path, profile);
            }
        }
    }

    private static BootProfile? ReadFile(string path, long length, List<string> mistakes)
    {
        if (length > MaxLength)
        {
            mistakes.Add($"{Printable.Text(path)}: longer than {MaxLength} bytes, this is no profile");
            return null;
        }

        try
        {
            return Read(path, File.ReadAllBytes(path), mistakes);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{Printable.Text(path)}: it cannot be read: {unreadable.Message}");
            return null;
        }
    }

    private static BootProfile? Read(string file, ReadOnlySpan<byte> json, List<string> mistakes)
    {
        var found = new List<string>();
        BootProfile? profile = ProfileReader.Read(json, found);
        mistakes.AddRange(found.Select(mistake => $"{Printable.Text(file)}: {Printable.Text(mistake)}"));
        return profile;
    }

    private IEnumerable<(string Path, DateTime Modified, long Length)> ListFiles()
    {
        var directory = new DirectoryInfo(folder);
        return !directory.Exists ? [] : directory.EnumerateFiles("*.json", new EnumerationOptions { IgnoreInaccessible = true })
            .OrderBy(static file => file.Name, StringComparer.Ordinal)
            .Take(MaxFiles)
            .Select(static file => (file.FullName, file.LastWriteTimeUtc, file.Length));
    }
}
