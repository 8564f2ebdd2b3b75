using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// An image that holds a tree of entries: the bytes that come before its files' data, and where that data belongs.
/// <code>
/// 0 system area | 16 primary descriptor | 17 terminator | 18 continuation areas | path tables (2) | directories | files
/// </code>
/// ISO 9660 level 3 (files of several extents where they are over 4 GiB, ECMA-119 §10.3) with Rock Ridge, for Linux: no
/// Joliet, and directories may be more than eight deep (§6.8.2.1). The same tree always gives the same bytes.
/// </summary>
public sealed class IsoImageLayout
{
    private const int PrimaryBlock = VolumeDescriptor.FirstSector;
    private const int TerminatorBlock = PrimaryBlock + 1;
    private const int ContinuationBlock = TerminatorBlock + 1;

    /// <summary>Identifier length, blocks of attributes, extent (4), parent's number (2), identifier (ECMA-119 §9.4).</summary>
    private const int PathRecordIdentifierOffset = 8;

    private readonly IReadOnlyList<IsoDirectoryPlan> _directories;
    private readonly int _pathTableLength;
    private readonly uint _pathTableBlock;
    private readonly uint _dataBlock;

    private IsoImageLayout(IsoDirectoryPlanner planner, SystemUseWriter systemUse)
    {
        _directories = planner.Directories;
        _pathTableLength = _directories.Sum(static directory => PathRecordLength(directory));
        _pathTableBlock = ContinuationBlock + Sectors(systemUse.Continuations.Length);
        uint block = _pathTableBlock + (2 * Sectors(_pathTableLength));
        foreach (IsoDirectoryPlan directory in _directories)
        {
            directory.Block = block;
            block += Sectors(directory.Length);
        }

        _dataBlock = block;
        Header = new byte[block * VolumeDescriptor.SectorLength];
        systemUse.Continuations.CopyTo(Sector(ContinuationBlock));
    }

    /// <summary>The image up to its files' data: whole sectors.</summary>
    public byte[] Header { get; }

    /// <summary>
    /// Where each file's data belongs, in order and without gaps but those to the end of a sector; empty files have none.
    /// </summary>
    public ImmutableArray<IsoFilePlacement> Files { get; private set; } = [];

    /// <summary>Length of the whole image in bytes: whole sectors.</summary>
    public long Length { get; private set; }

    /// <summary>Lays out an image; false with a reason when the tree does not fit into one.</summary>
    /// <param name="identity">
    /// What the image says about itself; without a UUID it bears the date of the latest of its entries.
    /// </param>
    /// <param name="root">The root directory.</param>
    public static bool TryCreate(
        IsoIdentity identity, IsoImageEntry root, [NotNullWhen(true)] out IsoImageLayout? layout, [NotNullWhen(false)] out string? reason)
    {
        layout = null;
        var systemUse = new SystemUseWriter(ContinuationBlock);
        var planner = new IsoDirectoryPlanner(systemUse);
        if (!planner.TryPlan(root, out reason))
        {
            return false;
        }

        var created = new IsoImageLayout(planner, systemUse);
        if (!created.TryPlaceFiles())
        {
            reason = "it is larger than 8 TiB";
            return false;
        }

        created.WriteHeader(identity);
        layout = created;
        return true;
    }

    private static uint Sectors(long length) => (uint)((length + VolumeDescriptor.SectorLength - 1) / VolumeDescriptor.SectorLength);

    private static int PathRecordLength(IsoDirectoryPlan directory) =>
        (PathRecordIdentifierOffset + directory.Identifier.Length + 1) & ~1;

    private Span<byte> Sector(uint block) => Header.AsSpan((int)block * VolumeDescriptor.SectorLength);

    private bool TryPlaceFiles()
    {
        ImmutableArray<IsoFilePlacement>.Builder files = ImmutableArray.CreateBuilder<IsoFilePlacement>();
        long block = _dataBlock;
        foreach (IsoRecordPlan record in _directories.SelectMany(static directory => directory.Records))
        {
            long length = record.Entry.Kind == IsoEntryKind.File ? record.Entry.Length : 0;
            if (length == 0)
            {
                continue;
            }

            long sectors = ((length - 1) / VolumeDescriptor.SectorLength) + 1;
            if (sectors > uint.MaxValue - block)
            {
                return false;
            }

            record.Block = (uint)block;
            files.Add(new IsoFilePlacement(record.Entry.Source, block * VolumeDescriptor.SectorLength, length));
            block += sectors;
        }

        Files = files.ToImmutable();
        Length = block * VolumeDescriptor.SectorLength;
        return true;
    }

    private void WriteHeader(IsoIdentity identity)
    {
        long latest = _directories.SelectMany(static directory => directory.Records)
            .Max(static record => (long?)record.Entry.ModifiedUnixSeconds) ?? _directories[0].Entry.ModifiedUnixSeconds;
        foreach (IsoDirectoryPlan directory in _directories)
        {
            directory.Write(Sector(directory.Block));
        }

        uint bigEndianBlock = _pathTableBlock + Sectors(_pathTableLength);
        WritePathTable(Sector(_pathTableBlock), bigEndian: false);
        WritePathTable(Sector(bigEndianBlock), bigEndian: true);
        var descriptor = new VolumeDescriptorWriter(Sector(PrimaryBlock), VolumeDescriptorType.Primary);
        descriptor.WriteIdentity(identity, latest);
        descriptor.WriteSize((uint)(Length / VolumeDescriptor.SectorLength));
        descriptor.WritePathTables(_pathTableLength, _pathTableBlock, bigEndianBlock);
        descriptor.WriteRoot(_directories[0]);
        _ = new VolumeDescriptorWriter(Sector(TerminatorBlock), VolumeDescriptorType.Terminator);
    }

    private void WritePathTable(Span<byte> table, bool bigEndian)
    {
        foreach (IsoDirectoryPlan directory in _directories)
        {
            table[0] = (byte)directory.Identifier.Length;
            if (bigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(table[2..], directory.Block);
                BinaryPrimitives.WriteUInt16BigEndian(table[6..], directory.Parent.Number);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(table[2..], directory.Block);
                BinaryPrimitives.WriteUInt16LittleEndian(table[6..], directory.Parent.Number);
            }

            directory.Identifier.CopyTo(table[PathRecordIdentifierOffset..]);
            table = table[PathRecordLength(directory)..];
        }
    }
}
