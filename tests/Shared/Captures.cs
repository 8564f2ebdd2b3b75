namespace Appliance.Tests.Shared;

/// <summary>The datagrams of real firmware in testdata/captures.</summary>
internal static class Captures
{
    private static readonly string Folder = FindFolder();

    /// <summary>Names of all datagrams, without their extension.</summary>
    public static string[] AllNames
    {
        get
        {
            string[] files = Directory.GetFiles(Folder, "*.bin");
            Assert.NotEmpty(files);
            return [.. files.Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];
        }
    }

    public static TheoryData<string> Names => [.. AllNames];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));

    /// <summary>What Wireshark reads in the same datagram.</summary>
    public static string ReadDump(string name) => File.ReadAllText(Path.Combine(Folder, name + ".txt"));

    private static string FindFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string captures = Path.Combine(folder.FullName, "tests", "testdata", "captures");
            if (Directory.Exists(captures))
            {
                return captures;
            }
        }

        throw new DirectoryNotFoundException($"no tests/testdata/captures above {AppContext.BaseDirectory}");
    }
}
