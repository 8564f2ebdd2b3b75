using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Appliance.Formats;
using Appliance.Formats.Cpio;

namespace Appliance.Images.Injection;

/// <summary>
/// An injection as a newc archive that a loader puts behind the image's own initial RAM disk. Headers are made in memory,
/// the files are read from where they lie when a client asks for their bytes.
/// </summary>
internal static class InjectionArchive
{
    /// <summary>
    /// Folders that every initial RAM file system has, as folders or as links to others (merged /usr). Linux takes a link
    /// away when an archive that comes later has a folder of its name (init/initramfs.c, clean_path), and nothing would start.
    /// </summary>
    private static readonly ImmutableHashSet<string> Links = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "var/run", "var/lock"];

    /// <summary>The archive; the same files in the same state always give the same bytes.</summary>
    /// <param name="files">The files, by path.</param>
    public static Payload Open(ImmutableArray<InjectedFile> files)
    {
        var segments = ImmutableArray.CreateBuilder<PayloadSegment>();
        var headers = new HeaderBuffer();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (InjectedFile file in files)
        {
            for (int end = file.Path.IndexOf('/'); end >= 0; end = file.Path.IndexOf('/', end + 1))
            {
                string folder = file.Path[..end];
                if (!Links.Contains(folder) && folders.Add(folder))
                {
                    headers.Write(folder, CpioMode.Folder, default, 0);
                }
            }

            headers.Write(file.Path, file.IsExecutable ? CpioMode.Executable : CpioMode.File, file.Source.Identity.Modified, file.Length);
            if (file.Length > 0)
            {
                segments.Add(headers.Take());
                segments.Add(PayloadSegment.OfSource(new InjectedFileSource(file.Source)));
                headers.Pad(file.Length);
            }
        }

        headers.Write(CpioHeader.Trailer, CpioMode.None, default, 0);
        segments.Add(headers.Take());
        DateTimeOffset modified = files.Max(static file => file.Source.Identity.Modified);
        return Payload.FromParts(segments.ToImmutable(), ETagOf(files), modified, MediaType.Binary);
    }

    /// <summary>One file as it is.</summary>
    public static Payload OpenFile(InjectedFile file) => Payload.FromParts(
        file.Length == 0 ? [] : [PayloadSegment.OfSource(new InjectedFileSource(file.Source))],
        ETagOf([file]), file.Source.Identity.Modified, MediaType.Of(file.Path));

    private static string ETagOf(ImmutableArray<InjectedFile> files)
    {
        string state = string.Join('\n', files.Select(static file =>
            $"{file.Path}\0{file.Length}\0{file.Source.Identity.Inode}\0{file.Source.Identity.Modified.UtcTicks}"));
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 12))}\"";
    }

    /// <summary>Headers between two files' data.</summary>
    private sealed class HeaderBuffer
    {
        private readonly List<byte> _bytes = [];
        private uint _inode;

        public void Write(string name, CpioMode mode, DateTimeOffset modified, long length)
        {
            byte[] header = new byte[CpioWriter.HeaderLength(name)];
            uint mtime = (uint)Math.Clamp(modified.ToUnixTimeSeconds(), 0, uint.MaxValue);
            CpioWriter.WriteHeader(header, name, mode, ++_inode, mtime, (uint)length);
            _bytes.AddRange(header);
        }

        public void Pad(long length) => _bytes.AddRange(new byte[CpioHeader.Padding(length)]);

        public PayloadSegment Take()
        {
            byte[] bytes = [.. _bytes];
            _bytes.Clear();
            return PayloadSegment.OfMemory(bytes);
        }
    }
}

/// <summary>
/// One of the owner's files, opened for each piece that is read: an archive of a thousand files must not hold a thousand
/// descriptors.
/// </summary>
internal sealed class InjectedFileSource(ListedFile listed) : SectorSource
{
    public override long Length => listed.Identity.Length;

    /// <exception cref="IOException">It cannot be read, or is another than when the client was told its length.</exception>
    public override int Read(long offset, Span<byte> destination)
    {
        try
        {
            SharedFile file = SharedFile.Open(listed.FullPath);
            try
            {
                bool isSame = FileIdentity.TryGet(listed.FullPath, out FileIdentity identity) && identity == listed.Identity;
                return isSame ? file.Read(offset, destination)
                    : throw new IOException($"{listed.FullPath} was changed while it was sent: boot again");
            }
            finally
            {
                file.Release();
            }
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{listed.FullPath} may not be read: give the service's user read permission", denied);
        }
    }
}
