using System.Formats.Tar;
using Appliance.Images.Extraction;
using Appliance.Options;

namespace Appliance.Images.Archives;

/// <summary>One run over the entries of one tar archive (POSIX.1-2001 pax, ustar, GNU).</summary>
internal sealed class TarUnpacking(
    MeteredStream content,
    string folder,
    ArchiveLimits limits,
    Action<string> atStep,
    IProgress<ExtractionProgress>? progress,
    CancellationToken cancellationToken)
{
    private readonly ArchiveNames _names = new();
    private readonly List<(string Path, string Target)> _links = [];
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _files;
    private long _bytes;
    private int _linksLeftOut;
    private long _copied;

    /// <exception cref="InvalidDataException">The archive is damaged or refused.</exception>
    public UnpackedArchive Run()
    {
        using var reader = new TarReader(content, leaveOpen: true);
        int entries = 0;
        while (Next(reader) is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++entries > limits.MaxEntries)
            {
                throw new InvalidDataException($"it has more than {limits.MaxEntries} entries");
            }

            Unpack(entry);
        }

        ReadRest();
        foreach ((string path, string target) in _links)
        {
            CopyLinked(path, target);
        }

        return new UnpackedArchive(_files, _bytes, _linksLeftOut);
    }

    private TarEntry? Next(TarReader reader)
    {
        content.BeginHeaders(limits.MaxHeaderBytes);
        try
        {
            return reader.GetNextEntry();
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException("it is cut short: fetch it anew", cut);
        }
        catch (Exception damage) when (damage is FormatException or ArgumentException or OverflowException or InvalidOperationException
            or NotSupportedException or OutOfMemoryException)
        {
            // What the framework's reader says to fields that no archiver writes.
            throw new InvalidDataException(damage.Message, damage);
        }
        finally
        {
            content.EndHeaders();
        }
    }

    /// <summary>
    /// What follows the end is read so that the compression's own check sum is seen. It is zeros: the framework's reader takes
    /// a damaged header, one whose check sum is 0, for the end.
    /// </summary>
    private void ReadRest()
    {
        int count;
        while ((count = content.Read(_buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                throw new InvalidDataException("something follows its end: it is damaged, fetch it anew");
            }
        }
    }

    private void Unpack(TarEntry entry)
    {
        if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        if (!SafePath.TryNormalize(entry.Name, out string? path, out string? reason))
        {
            throw Refused(entry, reason);
        }

        if (path.Length == 0)
        {
            // The folder itself, as "tar --directory=FOLDER ." records it.
            if (entry.EntryType is not TarEntryType.Directory)
            {
                throw Refused(entry, "it has no name");
            }

            return;
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory or TarEntryType.DirectoryList:
                AddFolder(entry, path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                AddFile(entry, path);
                break;
            case TarEntryType.SymbolicLink:
                AddLink(entry, path, Path.GetDirectoryName(path)!);
                break;
            case TarEntryType.HardLink:
                AddLink(entry, path, "");
                break;
            default:
                throw Refused(entry, "it is a device, a pipe or something else that is neither file nor folder");
        }
    }

    private void AddFolder(TarEntry entry, string path)
    {
        if (!_names.TryAddFolder(path, out string? reason))
        {
            throw Refused(entry, reason);
        }

        Directory.CreateDirectory(Path.Combine(folder, path));
        atStep($"folder {path}");
    }

    private void AddFile(TarEntry entry, string path)
    {
        string? reason = IsSparse(entry) ? "it is recorded with holes (tar --sparse)"
            : entry.Length > content.Remaining ? "a file is longer than may still come"
            : null;
        if (reason is not null || !_names.TryAddFile(path, out reason))
        {
            throw Refused(entry, reason);
        }

        Write(path, entry.Length, entry.DataStream ?? Stream.Null);
    }

    private static bool IsSparse(TarEntry entry) => entry is PaxTarEntry pax
        && pax.ExtendedAttributes.Keys.Any(static key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal));

    private void AddLink(TarEntry entry, string path, string from)
    {
        if (!_names.TryAddLink(path, out string? reason))
        {
            throw Refused(entry, reason);
        }

        _links.Add(ArchiveNames.TryResolve(from, entry.LinkName, out string? target)
            ? (path, target)
            : throw Refused(entry, $"it is a link that leads out of the archive, to {entry.LinkName}"));
    }

    private void CopyLinked(string path, string target)
    {
        if (!_names.HasFile(target))
        {
            _linksLeftOut++;
            return;
        }

        using FileStream source = File.OpenRead(Path.Combine(folder, target));
        if (source.Length > content.Remaining - _copied)
        {
            throw new InvalidDataException($"a copy in place of a link would be longer than may still come: {Printable.Text(path)}");
        }

        _copied += source.Length;
        Write(path, source.Length, source);
    }

    private void Write(string path, long length, Stream source)
    {
        string target = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        DurableFolder.WriteFile(target, length, file =>
        {
            int count;
            while ((count = source.Read(_buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                file.Write(_buffer, 0, count);
                _bytes += count;
                progress?.Report(new ExtractionProgress(path, _bytes, 0));
            }
        });
        _files++;
        atStep($"file {path}");
    }

    private static InvalidDataException Refused(TarEntry entry, string reason) => new($"{reason}: {Printable.Text(entry.Name)}");
}
