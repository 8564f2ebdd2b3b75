namespace Appliance.Formats.Iso9660;

/// <summary>
/// Finds the last session of a disc that was written to several times. Each session has descriptors of its own, sixteen
/// sectors from its start, and a tree that holds what is left of the sessions before it (mkisofs -M). An image knows no
/// table of contents, so the next session is looked for behind the end that the one before it claims.
/// </summary>
internal static class IsoSessions
{
    /// <summary>Sectors that are read at once.</summary>
    private const int WindowSectors = 64;

    /// <summary>
    /// Sectors behind a session in which the next may start. 256: DVDs round up to 16, writers pad by 150.
    /// </summary>
    private const int DiscGapSectors = 256;

    /// <summary>Sectors of lead-out and lead-in between the sessions of a CD.</summary>
    private const int CompactDiscGapSectors = 11_400;

    /// <summary>First sector of the last session; 0 when there is only one, or none.</summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static long FindLast(SectorSource source)
    {
        byte[] window = new byte[WindowSectors * VolumeDescriptor.SectorLength];
        long start = 0;
        for (int sessions = 1; sessions < Iso9660Limits.Sessions; sessions++)
        {
            long next = FindNext(source, start, window);
            if (next == 0)
            {
                break;
            }

            start = next;
        }

        return start;
    }

    private static long FindNext(SectorSource source, long start, byte[] window)
    {
        const int SectorLength = VolumeDescriptor.SectorLength;
        Span<byte> sector = window.AsSpan(0, SectorLength);
        if (!source.TryReadExactly((start + VolumeDescriptor.FirstSector) * SectorLength, sector)
            || !TryParsePrimary(sector, out VolumeDescriptor primary))
        {
            return 0;
        }

        long end = Math.Max((long)primary.SpaceSize * primary.BlockSize / SectorLength, start + 1);
        return TryFindIn(source, end, DiscGapSectors, window, out long next)
            || TryFindIn(source, end + CompactDiscGapSectors, DiscGapSectors, window, out next) ? next : 0;
    }

    /// <summary>Looks for a session that starts at <paramref name="start"/> or up to so many sectors behind.</summary>
    private static bool TryFindIn(SectorSource source, long start, int sectors, byte[] window, out long session)
    {
        const int SectorLength = VolumeDescriptor.SectorLength;
        long last = start + sectors;
        for (session = start; session < last; session += WindowSectors)
        {
            int count = source.Read((session + VolumeDescriptor.FirstSector) * SectorLength, window) / SectorLength;
            for (int i = 0; i < count; i++)
            {
                if (IsSessionAt(source, window.AsSpan(i * SectorLength, SectorLength), session + i))
                {
                    session += i;
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a sector is the primary descriptor of a session of this disc. Another image that was only appended counts
    /// its blocks from its own start, so that its root lies before the session or is none.
    /// </summary>
    private static bool IsSessionAt(SectorSource source, ReadOnlySpan<byte> sector, long start)
    {
        if (!TryParsePrimary(sector, out VolumeDescriptor primary)
            || !DirectoryRecord.TryParse(primary.RootDirectoryRecord, out DirectoryRecord root, out _))
        {
            return false;
        }

        IsoExtent extent = root.Data(primary.BlockSize);
        Span<byte> self = stackalloc byte[DirectoryRecord.RootLength];
        return extent.Offset > start * VolumeDescriptor.SectorLength
            && source.TryReadExactly(extent.Offset, self)
            && BothEndian.Read32(self[2..]) == root.Extent;
    }

    private static bool TryParsePrimary(ReadOnlySpan<byte> sector, out VolumeDescriptor primary) =>
        VolumeDescriptor.TryParse(sector, out primary, out _) && primary.Type == VolumeDescriptorType.Primary;
}
