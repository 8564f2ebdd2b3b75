using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>What a directory entry is.</summary>
public enum IsoEntryKind : byte
{
    File,
    Directory,
    SymbolicLink,
}

/// <summary>Reads directories of one ISO 9660 volume.</summary>
public sealed class IsoDirectoryReader : IDirectoryReader
{
    private readonly IsoVolume _volume;
    private readonly ReadBudget _budget = new();
    private readonly RockRidgeAttributes _attributes;
    private readonly IsoNameDecoder _names;
    private readonly List<IsoExtent> _extents = [];
    private readonly byte[] _buffer = new byte[32 * VolumeDescriptor.SectorLength];
    private IsoExtent _directory;
    private long _bufferOffset;
    private int _bufferLength;
    private int _position;
    private uint _mode;

    /// <summary>Records whose two byte orders disagree; the least significant first was taken.</summary>
    private int _byteOrderMismatches;

    public IsoDirectoryReader(IsoVolume volume)
    {
        _volume = volume;
        _names = new IsoNameDecoder(volume.Naming);
        _attributes = new RockRidgeAttributes(new ContinuationReader(volume.Source, volume.BlockSize, _budget));
    }

    public DirectoryAddress Root => _volume.Root;

    public ReadOnlySpan<byte> Name => _names.Name;

    public IsoEntryKind Kind { get; private set; }

    public int Permissions => (int)_mode & 0xfff;

    public long ModifiedUnixSeconds { get; private set; }

    public IReadOnlyList<IsoExtent> Extents => _extents;

    public ZisofsEntry? Compression => _volume.Naming == IsoNaming.RockRidge ? _attributes.Compression : null;

    public DirectoryAddress Directory { get; private set; }

    public ReadOnlySpan<byte> Link => _names.Link;

    public IEnumerable<IsoDefect> Warnings => _byteOrderMismatches == 0
        ? []
        : [new IsoDefect("numbers differ between the two byte orders of directory records", _volume.Root.Start)];

    private long RecordOffset => _bufferOffset + _position;

    public long OffsetOf(DirectoryAddress directory) => directory.Start;

    /// <summary>Begins with a directory; false when it lies outside the image or is too much to read.</summary>
    public bool TryOpen(DirectoryAddress directory, [NotNullWhen(false)] out IsoDefect? defect)
    {
        var extent = new IsoExtent(directory.Start, directory.Length);
        string? reason = null;
        if (!extent.IsInside(_volume.Source.Length))
        {
            reason = "the image is cut off: a directory lies past its end";
        }
        else if (_budget.TrySpend(extent.Length, out reason))
        {
            _directory = extent;
            _bufferOffset = extent.Offset;
            _bufferLength = 0;
            _position = 0;
        }

        defect = reason is null ? null : new IsoDefect(reason, extent.Offset);
        return defect is null;
    }

    public bool TryReadEntry(out IsoDefect? defect)
    {
        while (TryReadRecord(out DirectoryRecord record, out defect))
        {
            if (record.IsSelf || record.IsParent || (record.Flags & FileTraits.Associated) != 0)
            {
                continue;
            }

            long offset = RecordOffset - record.Length;
            if (!TryTakeAttributes(record, out bool skipped, out string? reason))
            {
                defect = new IsoDefect(reason, offset);
                return false;
            }

            if (skipped)
            {
                continue;
            }

            return Kind == IsoEntryKind.File
                ? TryTakeExtents(record, offset, out defect)
                : TryTakeDirectory(record, offset, out defect);
        }

        return false;
    }

    /// <summary>Name, kind and the like of an entry; <paramref name="skipped"/> when it is not part of this directory.</summary>
    private bool TryTakeAttributes(DirectoryRecord record, out bool skipped, [NotNullWhen(false)] out string? reason)
    {
        skipped = false;
        reason = null;
        Kind = record.IsDirectory ? IsoEntryKind.Directory : IsoEntryKind.File;
        _mode = record.IsDirectory ? 0x16du : 0x124u;
        ModifiedUnixSeconds = record.RecordedUnixSeconds;
        if (!record.ByteOrdersAgree)
        {
            _byteOrderMismatches++;
        }

        if (_volume.Naming != IsoNaming.RockRidge)
        {
            skipped = !_names.TryDecode(record.Identifier);
            return true;
        }

        ReadOnlySpan<byte> systemUse = record.SystemUse;
        if (!_attributes.TryGather(systemUse[Math.Min(_volume.SystemUseSkip, systemUse.Length)..], out reason))
        {
            return false;
        }

        skipped = _attributes.IsRelocated || !_names.TryDecode(record.Identifier, _attributes.Name, _attributes.Link);
        _mode = _attributes.Mode ?? _mode;
        if (_attributes.ChildBlock is not null)
        {
            Kind = IsoEntryKind.Directory;
        }
        else if (!_names.Link.IsEmpty && !record.IsDirectory)
        {
            Kind = IsoEntryKind.SymbolicLink;
        }
        else
        {
            skipped |= IsSpecialFile(_mode);
        }

        return true;
    }

    /// <summary>Devices, pipes and sockets: nothing that can be served (type bits of POSIX st_mode).</summary>
    private static bool IsSpecialFile(uint mode) => (mode & 0xf000) is 0x1000 or 0x2000 or 0x6000 or 0xc000;

    private bool TryTakeDirectory(DirectoryRecord record, long offset, out IsoDefect? defect)
    {
        defect = null;
        IsoExtent data = record.Data(_volume.BlockSize);
        Directory = new DirectoryAddress(data.Offset, data.Length);
        return Kind == IsoEntryKind.SymbolicLink
            || _attributes.ChildBlock is not uint block
            || TryFollowRelocation(block, offset, out defect);
    }

    /// <summary>CL holds only a block; how long the directory is says its own record there (IEEE P1282 §4.1.5.1).</summary>
    private bool TryFollowRelocation(uint block, long recordOffset, [NotNullWhen(false)] out IsoDefect? defect)
    {
        Span<byte> sector = stackalloc byte[byte.MaxValue];
        long offset = checked((long)block * _volume.BlockSize);
        int count = _volume.Source.Read(offset, sector);
        bool found = DirectoryRecord.TryParse(sector[..count], out DirectoryRecord self, out _) && self.IsSelf;
        Directory = found ? new DirectoryAddress(offset, self.DataLength) : default;
        defect = found ? null : new IsoDefect("a relocated directory (CL) is not where it should be", recordOffset);
        return defect is null;
    }

    /// <summary>Gathers the extents of a file from its record and those that continue it (ECMA-119 §6.5.1, bit 7).</summary>
    private bool TryTakeExtents(DirectoryRecord record, long offset, out IsoDefect? defect)
    {
        _extents.Clear();
        Span<byte> first = stackalloc byte[byte.MaxValue];
        ReadOnlySpan<byte> identifier = first[..record.Identifier.Length];
        record.Identifier.CopyTo(first);
        string? reason;
        for (int count = 1; TryAddExtent(record, out reason); count++)
        {
            if ((record.Flags & FileTraits.MultiExtent) == 0)
            {
                defect = null;
                return true;
            }

            if (count == Iso9660Limits.ExtentsPerFile)
            {
                defect = new IsoDefect("a file has more than 1024 extents", offset);
                return false;
            }

            if (!TryReadRecord(out record, out defect) || !record.Identifier.SequenceEqual(identifier))
            {
                defect ??= new IsoDefect("a file of several extents breaks off", offset);
                return false;
            }
        }

        defect = new IsoDefect(reason, offset);
        return false;
    }

    private bool TryAddExtent(DirectoryRecord record, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        IsoExtent extent = record.Data(_volume.BlockSize);
        if (extent.Length == 0)
        {
            // Empty files point anywhere: genisoimage gives them a block past the end.
            return true;
        }

        reason =
            record.IsInterleaved ? "a file is interleaved, which is not supported" :
            !extent.IsInside(_volume.Source.Length) ? "the image is cut off: a file lies past its end" :
            null;
        if (reason is not null)
        {
            return false;
        }

        IsoExtent.Append(_extents, extent);
        return true;
    }

    /// <summary>
    /// Takes the next record of the directory. A length of zero means that the rest of the block is padding
    /// (ECMA-119 §6.8.1.1).
    /// </summary>
    private bool TryReadRecord(out DirectoryRecord record, out IsoDefect? defect)
    {
        record = default;
        defect = null;
        while (TryFill())
        {
            ReadOnlySpan<byte> rest = RestOfSector();
            if (rest[0] == 0)
            {
                int block = _volume.BlockSize;
                _position += Math.Min(rest.Length, block - (int)(RecordOffset % block));
                continue;
            }

            if (!DirectoryRecord.TryParse(rest, out record, out string? reason))
            {
                defect = new IsoDefect(reason, RecordOffset);
                return false;
            }

            _position += record.Length;
            return true;
        }

        return false;
    }

    /// <summary>Makes sure that the current sector is in the buffer; false at the end of the directory.</summary>
    private bool TryFill()
    {
        if (_position < _bufferLength)
        {
            return true;
        }

        long next = _bufferOffset + _bufferLength;
        long left = _directory.Offset + _directory.Length - next;
        if (left <= 0)
        {
            return false;
        }

        // Whole sectors at a time, although a directory may start inside one where blocks are shorter.
        int untilSector = _buffer.Length - (int)(next % VolumeDescriptor.SectorLength);
        _bufferOffset = next;
        _position = 0;
        _bufferLength = _volume.Source.Read(next, _buffer.AsSpan(0, (int)Math.Min(left, untilSector)));
        return _bufferLength > 0;
    }

    private ReadOnlySpan<byte> RestOfSector()
    {
        int untilSector = VolumeDescriptor.SectorLength - (int)(RecordOffset % VolumeDescriptor.SectorLength);
        return _buffer.AsSpan(_position, Math.Min(_bufferLength - _position, untilSector));
    }
}
