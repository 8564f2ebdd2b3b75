using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Appliance.Formats.Iso9660;

/// <summary>Writes a volume descriptor into a sector of zeros; its layout is drawn at <see cref="VolumeDescriptor"/>.</summary>
internal readonly ref struct VolumeDescriptorWriter
{
    private const int BigEndianTableOffset = VolumeDescriptor.PathTablesOffset + (2 * sizeof(uint));
    private const int PathTableSizeOffset = VolumeDescriptor.PathTablesOffset - BothEndian.Length32;
    private const int SequenceNumberOffset = VolumeDescriptor.SetSizeOffset + BothEndian.Length16;
    private const int ExpiresOffset = VolumeDescriptor.ModifiedOffset + VolumeDescriptor.DateLength;
    private const int EffectiveOffset = ExpiresOffset + VolumeDescriptor.DateLength;
    private const int FileStructureVersionOffset = EffectiveOffset + VolumeDescriptor.DateLength;

    private const int FilesOffset = VolumeDescriptor.ApplicationOffset + VolumeDescriptor.LongTextLength;

    /// <summary>Digits of a date that is not specified (§8.4.26.1).</summary>
    private const string NoDate = "0000000000000000";

    private readonly Span<byte> _sector;

    public VolumeDescriptorWriter(Span<byte> sector, VolumeDescriptorType type)
    {
        _sector = sector[..VolumeDescriptor.SectorLength];
        _sector[VolumeDescriptor.TypeOffset] = (byte)type;
        "CD001"u8.CopyTo(_sector[VolumeDescriptor.StandardIdentifierOffset..]);
        _sector[VolumeDescriptor.VersionOffset] = 1;
    }

    /// <summary>Names, and both dates (ECMA-119 §8.4.26.1), which are what udev makes the UUID of.</summary>
    /// <param name="latestUnixSeconds">The date where the identity has no UUID.</param>
    public void WriteIdentity(IsoIdentity identity, long latestUnixSeconds)
    {
        WriteText(VolumeDescriptor.SystemOffset, VolumeDescriptor.ShortTextLength, identity.System);
        WriteText(VolumeDescriptor.VolumeOffset, VolumeDescriptor.ShortTextLength, identity.Label);
        WriteText(VolumeDescriptor.PublisherOffset, VolumeDescriptor.LongTextLength, identity.Publisher);
        WriteText(VolumeDescriptor.ApplicationOffset, VolumeDescriptor.LongTextLength, identity.Application);

        // What has no name is blank: the volume set, the preparer, three files.
        WriteText(VolumeDescriptor.VolumeSetOffset, VolumeDescriptor.LongTextLength, "");
        WriteText(VolumeDescriptor.PreparerOffset, VolumeDescriptor.LongTextLength, "");
        WriteText(FilesOffset, VolumeDescriptor.CreatedOffset - FilesOffset, "");
        string date = identity.Uuid?.Replace("-", "", StringComparison.Ordinal)
            ?? DateTime.UnixEpoch.AddSeconds(Math.Clamp(latestUnixSeconds, 0, uint.MaxValue))
                .ToString("yyyyMMddHHmmss'00'", CultureInfo.InvariantCulture);
        WriteDate(VolumeDescriptor.CreatedOffset, date);
        WriteDate(VolumeDescriptor.ModifiedOffset, date);
        WriteDate(ExpiresOffset, NoDate);
        WriteDate(EffectiveOffset, NoDate);
        _sector[FileStructureVersionOffset] = 1;
    }

    /// <summary>Length in sectors: of one volume, the first and only of its set.</summary>
    public void WriteSize(uint sectors)
    {
        BothEndian.Write32(_sector[VolumeDescriptor.SpaceSizeOffset..], sectors);
        BothEndian.Write16(_sector[VolumeDescriptor.SetSizeOffset..], 1);
        BothEndian.Write16(_sector[SequenceNumberOffset..], 1);
        BothEndian.Write16(_sector[VolumeDescriptor.BlockSizeOffset..], VolumeDescriptor.SectorLength);
    }

    public void WritePathTables(int length, uint littleEndianBlock, uint bigEndianBlock)
    {
        BothEndian.Write32(_sector[PathTableSizeOffset..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(_sector[VolumeDescriptor.PathTablesOffset..], littleEndianBlock);
        BinaryPrimitives.WriteUInt32BigEndian(_sector[BigEndianTableOffset..], bigEndianBlock);
    }

    public void WriteRoot(IsoDirectoryPlan root) => DirectoryRecordWriter.Write(
        _sector[VolumeDescriptor.RootDirectoryRecordOffset..], [0], root.Block, (uint)root.Length, FileTraits.Directory,
        root.Entry.ModifiedUnixSeconds, []);

    /// <summary>UTF-8, padded with blanks; what is too long is cut.</summary>
    private void WriteText(int offset, int length, string text)
    {
        Span<byte> field = _sector.Slice(offset, length);
        Encoding.UTF8.GetEncoder().Convert(text, field, flush: true, out _, out int written, out _);
        field[written..].Fill((byte)' ');
    }

    /// <summary>Sixteen digits and the distance from Greenwich, which is none.</summary>
    private void WriteDate(int offset, string digits) =>
        Encoding.ASCII.GetBytes(digits, _sector.Slice(offset, VolumeDescriptor.DateLength - 1));
}
