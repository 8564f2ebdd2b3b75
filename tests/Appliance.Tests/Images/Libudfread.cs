using System.Runtime.InteropServices;
using System.Text;

namespace Appliance.Tests.Images;

/// <summary>
/// libudfread, which disc players read Blu-ray discs with: the one reader in Debian besides the kernel that knows UDF 2.50
/// with a metadata partition, and so the judge of what 7-Zip cannot read.
/// </summary>
internal static class Libudfread
{
    private const string Library = "libudfread.so.0";
    private const uint DirectoryType = 1;

    /// <summary>The bytes of every file by its path; null for a directory.</summary>
    public static Dictionary<string, byte[]?> ReadAll(string image) => With(image, static udf =>
        Walk(udf, "").ToDictionary(static entry => entry.Path, entry => entry.IsDirectory ? null : Read(udf, entry.Path)));

    private static T With<T>(string image, Func<nint, T> use)
    {
        nint udf;
        try
        {
            udf = Init();
        }
        catch (DllNotFoundException)
        {
            Assert.Fail($"{Library} is missing: install the package libudfread0.");
            throw;
        }

        Assert.True(Open(udf, Text(image)) >= 0, $"libudfread cannot read {image}");
        try
        {
            return use(udf);
        }
        finally
        {
            Close(udf);
        }
    }

    private static List<(string Path, bool IsDirectory)> Walk(nint udf, string folder)
    {
        var found = new List<(string, bool)>();
        nint directory = OpenDirectory(udf, Text(folder.Length == 0 ? "/" : folder));
        Assert.NotEqual(0, directory);
        while (ReadDirectory(directory, out Entry entry) != 0)
        {
            string name = Marshal.PtrToStringUTF8(entry.Name)!;
            if (name is not ("." or ".."))
            {
                found.Add(($"{folder}/{name}", entry.Type == DirectoryType));
            }
        }

        CloseDirectory(directory);
        return [.. found.SelectMany(entry => entry.Item2 ? Walk(udf, entry.Item1).Prepend(entry) : [entry])];
    }

    private static byte[] Read(nint udf, string path)
    {
        nint file = OpenFile(udf, Text(path));
        Assert.NotEqual(0, file);
        byte[] content = new byte[Size(file)];
        int done = 0;
        while (done < content.Length)
        {
            byte[] part = new byte[content.Length - done];
            nint count = ReadFile(file, part, (nuint)part.Length);
            Assert.True(count > 0, path);
            part.AsSpan(0, (int)count).CopyTo(content.AsSpan(done));
            done += (int)count;
        }

        CloseFile(file);
        return content;
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    /// <summary>struct udfread_dirent of udfread.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public uint Type;
        public nint Name;
    }

    [DllImport(Library, EntryPoint = "udfread_init")]
    private static extern nint Init();

    [DllImport(Library, EntryPoint = "udfread_open")]
    private static extern int Open(nint udf, byte[] path);

    [DllImport(Library, EntryPoint = "udfread_close")]
    private static extern void Close(nint udf);

    [DllImport(Library, EntryPoint = "udfread_opendir")]
    private static extern nint OpenDirectory(nint udf, byte[] path);

    [DllImport(Library, EntryPoint = "udfread_readdir")]
    private static extern nint ReadDirectory(nint directory, out Entry entry);

    [DllImport(Library, EntryPoint = "udfread_closedir")]
    private static extern void CloseDirectory(nint directory);

    [DllImport(Library, EntryPoint = "udfread_file_open")]
    private static extern nint OpenFile(nint udf, byte[] path);

    [DllImport(Library, EntryPoint = "udfread_file_size")]
    private static extern long Size(nint file);

    [DllImport(Library, EntryPoint = "udfread_file_read")]
    private static extern nint ReadFile(nint file, byte[] buffer, nuint length);

    [DllImport(Library, EntryPoint = "udfread_file_close")]
    private static extern void CloseFile(nint file);
}
