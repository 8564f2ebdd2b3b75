using System.Diagnostics;

namespace Appliance.Tests.Images;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Path = Directory.CreateTempSubdirectory("plugboot-images-").FullName;

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, with the folders above it, and returns its path.</summary>
    public string Write(string relative, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        using FileStream file = File.Create(this[relative]);
        file.Write(content);
        return file.Name;
    }

    public string Write(string relative, string content) => Write(relative, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Runs the tools that make images and read them the way others do.</summary>
internal static class Tool
{
    /// <summary>genisoimage goes round for ever over a link of 800 bytes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string Run(string package, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                Assert.Fail($"{name} {string.Join(' ', arguments)} does not end.");
            }

            Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {errors.Result}");
            return output.Result;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Fail($"{name} is missing: install the package {package}.");
            throw;
        }
    }
}
