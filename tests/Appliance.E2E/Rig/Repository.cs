namespace Appliance.E2E.Rig;

/// <summary>Where things are in the working tree that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>The loaders that <c>make loaders</c> collected.</summary>
    public static string Loaders => Path.Combine(Artifacts, "loaders");

    /// <summary>The library that tests/rig/sample-library.sh built.</summary>
    public static string Media => Path.Combine(Artifacts, "sample", "media");

    /// <summary>The published daemon; another one can be tried with the environment variable PLUGBOOT.</summary>
    public static string Daemon =>
        Environment.GetEnvironmentVariable("PLUGBOOT") is { Length: > 0 } path
            ? path
            : Path.Combine(Artifacts, "publish", "linux-x64", "plugboot");

    /// <summary>Where the consoles and logs of the journeys stay for a look afterwards.</summary>
    public static string Logs => Directory.CreateDirectory(Path.Combine(Artifacts, "e2e")).FullName;

    public static string Script(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "appliance.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no appliance.sln above {AppContext.BaseDirectory}");
    }
}
