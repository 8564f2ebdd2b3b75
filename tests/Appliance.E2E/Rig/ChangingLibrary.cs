namespace Appliance.E2E.Rig;

/// <summary>A library of its own whose files come, change and go while it is served.</summary>
internal sealed class ChangingLibrary : IDisposable
{
    /// <summary>Age of what is put there: a file that is older than a copy takes is complete at once.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-library-").FullName;

    public ChangingLibrary() => Directory.CreateDirectory(Path.Combine(Media, "isos"));

    public string Media => Path.Combine(_folder, "media");

    /// <summary>Puts a copy of a file there, in place of what has the name: the old one goes on living for those who have it open.</summary>
    public void Put(string name, string source)
    {
        string copy = Path.Combine(_folder, "copy");
        File.Copy(source, copy, overwrite: true);
        File.SetLastWriteTimeUtc(copy, DateTime.UtcNow - Age);
        File.Move(copy, PathOf(name), overwrite: true);
    }

    /// <summary>Puts a file of these bytes there, likewise.</summary>
    public void Put(string name, byte[] content)
    {
        string source = Path.Combine(_folder, "source");
        File.WriteAllBytes(source, content);
        Put(name, source);
    }

    public void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>Cuts it short where it is: who has it open sees that.</summary>
    public void Truncate(string name, long length)
    {
        using FileStream file = File.Open(PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string name) => Path.Combine(Media, "isos", name);
}
