using System.Formats.Tar;
using System.Security.Cryptography;
using Appliance.Formats.Update;

namespace Appliance.Update;

/// <summary>
/// A signed update: a tar archive of <c>manifest</c>, <c>manifest.sig</c> (ECDSA over P-256 with SHA-256, DER) and the files of
/// the manifest in its order. Nothing behind the signature is looked at unless it is right.
/// </summary>
internal sealed class UpdateBundle : IDisposable
{
    private const string ManifestName = "manifest";
    private const string SignatureName = "manifest.sig";

    /// <summary>Longest signature of P-256 in DER: two numbers of 33 bytes with their headers.</summary>
    private const int MaxSignature = 80;

    private readonly FileStream _file;
    private readonly TarReader _archive;

    private UpdateBundle(FileStream file)
    {
        _file = file;
        _archive = new TarReader(file);
    }

    public UpdateManifest Manifest { get; private set; } = null!;

    /// <summary>Opens it and checks its signature.</summary>
    /// <param name="publicKey">In PEM.</param>
    /// <exception cref="IOException">It cannot be read, or is not signed by that key; the message says so.</exception>
    public static UpdateBundle Open(string path, string publicKey)
    {
        var bundle = new UpdateBundle(File.OpenRead(path));
        try
        {
            byte[] manifest = bundle.ReadSmall(ManifestName, UpdateManifest.MaxLength);
            byte[] signature = bundle.ReadSmall(SignatureName, MaxSignature);
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(publicKey);
            if (!key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                throw new IOException("is not signed by the key of this image (/etc/plugboot/update-key.pem)");
            }

            bundle.Manifest = UpdateManifest.TryParse(manifest, out UpdateManifest? parsed, out string? reason) ? parsed! : throw new IOException(reason);
            return bundle;
        }
        catch (CryptographicException odd)
        {
            bundle.Dispose();
            throw new IOException("is no update", odd);
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    /// <summary>The files with their content, in the manifest's order; each must be read before the next is asked for.</summary>
    /// <exception cref="IOException">The archive is not what the manifest says.</exception>
    public IEnumerable<(UpdateFile File, Stream Content)> ReadFiles()
    {
        foreach (UpdateFile file in Manifest.Files)
        {
            TarEntry entry = Next(file.Name);
            yield return entry.Length == file.Length ? (file, entry.DataStream!) : throw new IOException($"{file.Name} has another length than the manifest says");
        }
    }

    public void Dispose()
    {
        _archive.Dispose();
        _file.Dispose();
    }

    private byte[] ReadSmall(string name, int maxLength)
    {
        TarEntry entry = Next(name);
        if (entry.Length > maxLength)
        {
            throw new IOException($"has a {name} of {entry.Length} bytes");
        }

        byte[] content = new byte[entry.Length];
        entry.DataStream!.ReadExactly(content);
        return content;
    }

    private TarEntry Next(string name)
    {
        try
        {
            TarEntry? entry = _archive.GetNextEntry();
            return entry is { DataStream: not null } && entry.Name == name ? entry : throw new IOException($"is no update: {name} was expected");
        }
        catch (InvalidDataException odd)
        {
            throw new IOException($"is no update: {name} was expected", odd);
        }
    }
}
