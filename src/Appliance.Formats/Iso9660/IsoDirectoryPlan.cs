namespace Appliance.Formats.Iso9660;

/// <summary>One entry of a directory that is to be written; its place is found later.</summary>
/// <param name="identifier">Its identifier.</param>
/// <param name="systemUse">Its Rock Ridge entries.</param>
/// <param name="entry">What it is.</param>
/// <param name="directory">The directory that it is; null for anything else.</param>
internal sealed class IsoRecordPlan(byte[] identifier, byte[] systemUse, IsoImageEntry entry, IsoDirectoryPlan? directory)
{
    /// <summary>
    /// Most bytes of one extent: the last whole sector under 4 GiB. Linux joins extents of one file only where all but the
    /// last end with a sector.
    /// </summary>
    private const uint MaxExtentLength = uint.MaxValue - VolumeDescriptor.SectorLength + 1;

    public IsoImageEntry Entry => entry;

    /// <summary>Where a file's data starts.</summary>
    public uint Block { get; set; }

    /// <summary>Bytes of one of its records.</summary>
    public int RecordLength { get; } = DirectoryRecordWriter.LengthOf(identifier.Length, systemUse.Length);

    /// <summary>How many records it takes: one for each extent, and one where there is none (ECMA-119 §6.5.1).</summary>
    public int RecordCount => (int)Math.Max(1, (entry.Length + MaxExtentLength - 1) / MaxExtentLength);

    /// <summary>Writes the record of one of its extents.</summary>
    public void Write(Span<byte> destination, int extent)
    {
        if (directory is not null)
        {
            Write(destination, directory.Block, (uint)directory.Length, FileTraits.Directory);
            return;
        }

        long start = extent * (long)MaxExtentLength;
        uint block = Block + (uint)(start / VolumeDescriptor.SectorLength);
        var length = (uint)Math.Min(MaxExtentLength, entry.Length - start);
        Write(destination, block, length, extent < RecordCount - 1 ? FileTraits.MultiExtent : FileTraits.None);
    }

    private void Write(Span<byte> destination, uint block, uint length, FileTraits flags) =>
        DirectoryRecordWriter.Write(destination, identifier, block, length, flags, entry.ModifiedUnixSeconds, systemUse);
}

/// <summary>One directory that is to be written.</summary>
/// <param name="entry">What it is.</param>
/// <param name="parent">The directory that it is in; null for the root, which is its own (ECMA-119 §6.8.2.2).</param>
/// <param name="identifier">Its identifier there.</param>
/// <param name="number">Its number in the path table.</param>
internal sealed class IsoDirectoryPlan(IsoImageEntry entry, IsoDirectoryPlan? parent, byte[] identifier, ushort number)
{
    public IsoImageEntry Entry => entry;

    public IsoDirectoryPlan Parent => parent ?? this;

    public byte[] Identifier => identifier;

    /// <summary>In the path table, from 1 (ECMA-119 §6.9.1).</summary>
    public ushort Number => number;

    public uint Block { get; set; }

    /// <summary>Whole sectors, in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Its entries, sorted by identifier.</summary>
    public IReadOnlyList<IsoRecordPlan> Records { get; private set; } = [];

    /// <summary>Its own hard link, that in its parent, and one in each directory in it.</summary>
    public uint Links => 2 + (uint)entry.Children.Count(static child => child.Kind == IsoEntryKind.Directory);

    private byte[] SelfSystemUse =>
        parent is null ? SystemUseWriter.OfRoot(entry, Links) : SystemUseWriter.OfDirectory(entry, Links);

    private byte[] ParentSystemUse => SystemUseWriter.OfDirectory(Parent.Entry, Parent.Links);

    /// <summary>Takes its entries, which are sorted by identifier, and finds out how long it is.</summary>
    public void Fill(IReadOnlyList<IsoRecordPlan> records)
    {
        Records = records;
        int end = DirectoryRecordWriter.LengthOf(1, SelfSystemUse.Length) + DirectoryRecordWriter.LengthOf(1, ParentSystemUse.Length);
        foreach (IsoRecordPlan record in Records)
        {
            for (int extent = 0; extent < record.RecordCount; extent++)
            {
                end = Place(end, record.RecordLength) + record.RecordLength;
            }
        }

        Length = RoundUp(end);
    }

    public void Write(Span<byte> destination)
    {
        int end = DirectoryRecordWriter.Write(
            destination, [0], Block, (uint)Length, FileTraits.Directory, entry.ModifiedUnixSeconds, SelfSystemUse);
        end += DirectoryRecordWriter.Write(
            destination[end..], [1], Parent.Block, (uint)Parent.Length, FileTraits.Directory, Parent.Entry.ModifiedUnixSeconds,
            ParentSystemUse);
        foreach (IsoRecordPlan record in Records)
        {
            for (int extent = 0; extent < record.RecordCount; extent++)
            {
                end = Place(end, record.RecordLength);
                record.Write(destination[end..], extent);
                end += record.RecordLength;
            }
        }
    }

    /// <summary>Where a record goes: none crosses the end of a sector (ECMA-119 §6.8.1.1).</summary>
    private static int Place(int end, int length) =>
        (end % VolumeDescriptor.SectorLength) + length > VolumeDescriptor.SectorLength ? RoundUp(end) : end;

    private static int RoundUp(int length) => (length + VolumeDescriptor.SectorLength - 1) & -VolumeDescriptor.SectorLength;
}
