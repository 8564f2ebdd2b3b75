namespace Appliance.Tests;

/// <summary>Files of the repository that tests read.</summary>
internal static class TestData
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file below tests/testdata.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, "tests/testdata", relative);

    /// <summary>
    /// Compares what was made with the file that shows it. With PLUGBOOT_WRITE_GOLDEN=1 the file is written instead, for a
    /// look at the difference with git.
    /// </summary>
    public static void AssertGolden(string relativeToRoot, string actual)
    {
        string path = System.IO.Path.Combine(Root, relativeToRoot);
        if (Environment.GetEnvironmentVariable("PLUGBOOT_WRITE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "appliance.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("appliance.sln is in no folder above the tests");
    }
}
