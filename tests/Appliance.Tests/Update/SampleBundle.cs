using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Tests.Update;

/// <summary>Makes update bundles, right ones and others, with a key of its own.</summary>
internal sealed class SampleBundle : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SampleBundle() => Directory.CreateDirectory(Path.Combine(Folder, "a"));

    public string Folder { get; } = Directory.CreateTempSubdirectory("plugboot-update-").FullName;

    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    public static byte[] Kernel { get; } = RandomNumberGenerator.GetBytes(100_000);

    public static byte[] Root { get; } = RandomNumberGenerator.GetBytes(3_000_000);

    public static string Manifest { get; } =
        $"plugboot-update 1\nboard pc\nversion 0.2.0\nfile kernel {Kernel.Length} {Digest(Kernel)}\nfile rootfs.squashfs {Root.Length} {Digest(Root)}\n";

    /// <summary>Writes one.</summary>
    /// <param name="tampered">The manifest that is put in, while <see cref="Manifest"/> is what is signed.</param>
    /// <param name="root">The root file system that is put in.</param>
    public string Make(string? tampered = null, byte[]? root = null)
    {
        string path = Path.Combine(Folder, "update.tar");
        using FileStream file = File.Create(path);
        using var archive = new TarWriter(file, TarEntryFormat.Ustar);
        Add(archive, "manifest", Encoding.UTF8.GetBytes(tampered ?? Manifest));
        Add(archive, "manifest.sig", _key.SignData(Encoding.UTF8.GetBytes(Manifest), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Add(archive, "kernel", Kernel);
        Add(archive, "rootfs.squashfs", root ?? Root);
        return path;
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static void Add(TarWriter archive, string name, byte[] content) =>
        archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
