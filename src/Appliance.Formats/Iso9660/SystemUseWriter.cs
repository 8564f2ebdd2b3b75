using System.Text;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Writes what Rock Ridge says about directory records (IEEE P1282 §4, version RRIP_1991A; SUSP 1.12 §5): PX, NM and SL. What
/// does not fit into a record goes on in a continuation area (CE). Dates need no entry (TF): the record has one.
/// </summary>
/// <param name="continuationBlock">Block where the continuation areas will be.</param>
internal sealed class SystemUseWriter(uint continuationBlock)
{
    private const byte Version = 1;
    private const int MaxEntryLength = byte.MaxValue;
    private const int ContinuationLength = SystemUseEntry.HeaderLength + (3 * BothEndian.Length32);

    /// <summary>Type bits of POSIX st_mode.</summary>
    private const uint DirectoryMode = 0x4000;
    private const uint FileMode = 0x8000;
    private const uint LinkMode = 0xa000;
    private const int PermissionMask = 0xfff;

    /// <summary>Flag of NM, of SL and of a component: the next one goes on with it.</summary>
    private const byte Continues = 0x01;
    private const byte Self = 0x02;
    private const byte Parent = 0x04;
    private const byte Root = 0x08;

    private readonly List<byte> _continuations = [];

    /// <summary>All continuation areas so far: what belongs at their block.</summary>
    public ReadOnlySpan<byte> Continuations => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_continuations);

    /// <summary>The system use area of a directory's record of itself or of its parent.</summary>
    /// <param name="links">Hard links: the directory's own two and one for each directory in it.</param>
    public static byte[] OfDirectory(IsoImageEntry directory, uint links) => Mode(directory, links);

    /// <summary>The same of the root's own record, which says that Rock Ridge is in use (SUSP 1.12 §5.3, §5.5).</summary>
    public static byte[] OfRoot(IsoImageEntry root, uint links) =>
    [
        .. Entry("SP"u8, [0xbe, 0xef, 0]),
        .. Mode(root, links),
        .. Entry("ER"u8, [(byte)"RRIP_1991A"u8.Length, 0, 0, Version, .. "RRIP_1991A"u8]),
    ];

    /// <summary>The system use area of an entry of a directory.</summary>
    /// <param name="links">Hard links, as for a directory; 1 for anything else.</param>
    /// <param name="room">Bytes that its record has for it.</param>
    public byte[] Of(IsoImageEntry entry, uint links, int room) =>
        Fit([Mode(entry, links), .. Name(entry.Name), .. Link(entry.Link)], room);

    private static byte[] Mode(IsoImageEntry entry, uint links)
    {
        uint type = entry.Kind switch
        {
            IsoEntryKind.Directory => DirectoryMode,
            IsoEntryKind.SymbolicLink => LinkMode,
            _ => FileMode,
        };

        // Mode, links, user and group, which are root's.
        byte[] data = new byte[4 * BothEndian.Length32];
        BothEndian.Write32(data, type | (uint)(entry.Permissions & PermissionMask));
        BothEndian.Write32(data.AsSpan(BothEndian.Length32), links);
        return Entry("PX"u8, data);
    }

    private static IEnumerable<byte[]> Name(string name)
    {
        byte[][] parts = [.. Encoding.UTF8.GetBytes(name).Chunk(MaxEntryLength - SystemUseEntry.HeaderLength - 1)];
        return parts.Select((part, index) => Entry("NM"u8, [index < parts.Length - 1 ? Continues : (byte)0, .. part]));
    }

    private static List<byte[]> Link(string target)
    {
        var entries = new List<byte[]>();
        var components = new List<byte>();
        foreach (byte[] component in target.Length == 0 ? [] : Components(target))
        {
            if (SystemUseEntry.HeaderLength + 1 + components.Count + component.Length > MaxEntryLength)
            {
                entries.Add(Entry("SL"u8, [Continues, .. components]));
                components.Clear();
            }

            components.AddRange(component);
        }

        if (components.Count > 0)
        {
            entries.Add(Entry("SL"u8, [0, .. components]));
        }

        return entries;
    }

    /// <summary>Each of flags, length and bytes (IEEE P1282 §4.1.3.1); a long one is several.</summary>
    private static IEnumerable<byte[]> Components(string target)
    {
        if (target.StartsWith('/'))
        {
            yield return [Root, 0];
        }

        foreach (string segment in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment is "." or "..")
            {
                yield return [segment is "." ? Self : Parent, 0];
                continue;
            }

            byte[][] parts = [.. Encoding.UTF8.GetBytes(segment).Chunk(MaxEntryLength - SystemUseEntry.HeaderLength - 3)];
            for (int i = 0; i < parts.Length; i++)
            {
                yield return [i < parts.Length - 1 ? Continues : (byte)0, (byte)parts[i].Length, .. parts[i]];
            }
        }
    }

    /// <summary>As many entries as there is room for; the others in a continuation area.</summary>
    private byte[] Fit(ReadOnlySpan<byte[]> entries, int room)
    {
        int length = 0;
        int whole = 0;
        int withContinuation = 0;
        for (; whole < entries.Length && length + entries[whole].Length <= room; whole++)
        {
            length += entries[whole].Length;
            withContinuation = length + ContinuationLength <= room ? whole + 1 : withContinuation;
        }

        return whole == entries.Length
            ? Join(entries)
            : [.. Join(entries[..withContinuation]), .. Continuation(Fit(entries[withContinuation..], VolumeDescriptor.SectorLength))];
    }

    /// <summary>Adds an area, which lies in one sector, as Linux requires; the entry says where.</summary>
    private byte[] Continuation(byte[] area)
    {
        int used = _continuations.Count % VolumeDescriptor.SectorLength;
        if (used + area.Length > VolumeDescriptor.SectorLength)
        {
            _continuations.AddRange(new byte[VolumeDescriptor.SectorLength - used]);
        }

        int position = _continuations.Count;
        _continuations.AddRange(area);
        byte[] data = new byte[3 * BothEndian.Length32];
        BothEndian.Write32(data, continuationBlock + (uint)(position / VolumeDescriptor.SectorLength));
        BothEndian.Write32(data.AsSpan(BothEndian.Length32), (uint)(position % VolumeDescriptor.SectorLength));
        BothEndian.Write32(data.AsSpan(2 * BothEndian.Length32), (uint)area.Length);
        return Entry("CE"u8, data);
    }

    private static byte[] Join(ReadOnlySpan<byte[]> entries)
    {
        var bytes = new List<byte>();
        foreach (byte[] entry in entries)
        {
            bytes.AddRange(entry);
        }

        return [.. bytes];
    }

    private static byte[] Entry(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> data) =>
        [.. signature, (byte)(SystemUseEntry.HeaderLength + data.Length), Version, .. data];
}
