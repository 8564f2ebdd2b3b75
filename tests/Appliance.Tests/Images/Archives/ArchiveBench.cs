using Appliance.Images;
using Appliance.Images.Archives;

namespace Appliance.Tests.Images.Archives;

/// <summary>A folder with an archive in it, and everything around it watched.</summary>
internal sealed class ArchiveBench : IDisposable
{
    private readonly TestFolder _folder = new();

    public string Folder => _folder.Path;

    public string Target => _folder["out"];

    public string Archive => _folder["archive"];

    public ArchiveLimits Limits { get; init; } = new();

    public VolumeSpace? Space { get; init; }

    public void Put(byte[] archive) => _folder.Write("archive", archive);

    public ArchiveUnpacker Unpacker(Action<string>? atStep = null) =>
        new(new FreeSpace(Space is { } room ? _ => room : null), Limits, atStep ?? (static _ => { }));

    public Task<UnpackedArchive> UnpackAsync() => Unpacker().UnpackAsync(Archive, Target, null, CancellationToken.None);

    /// <summary>Unpacks what must be refused: nothing may be there afterwards that was not there before.</summary>
    public async Task<string> RefuseAsync(byte[] archive)
    {
        Put(archive);
        var refusal = await Assert.ThrowsAnyAsync<IOException>(UnpackAsync);
        Assert.Equal(["archive"], Names(Folder));
        return refusal.Message;
    }

    /// <summary>Files and folders below a folder, hidden ones too; folders end with a slash.</summary>
    public static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path) + (Directory.Exists(path) ? "/" : ""))
            .Order(StringComparer.Ordinal)];

    public string Read(string name) => File.ReadAllText(Path.Combine(Target, name));

    public void Dispose() => _folder.Dispose();
}
