using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// What Rock Ridge says about one directory record, gathered from its system use area and the areas that continue it
/// (IEEE P1282 §4; SUSP 1.12 §5). One object is used for record after record: buffers are kept, values are reset.
/// </summary>
internal sealed class RockRidgeAttributes(ContinuationReader continuations)
{
    private const byte NameContinues = 0x01;
    private const byte NameIsSelf = 0x02;
    private const byte NameIsParent = 0x04;
    private const byte ComponentContinues = 0x01;
    private const byte ComponentIsSelf = 0x02;
    private const byte ComponentIsParent = 0x04;
    private const byte ComponentIsRoot = 0x08;

    private readonly ByteBuffer _name = new(Iso9660Limits.NameBytes);
    private readonly ByteBuffer _link = new(Iso9660Limits.LinkBytes);
    private bool _nameIsComplete;
    private bool _componentIsOpen;

    /// <summary>The alternate name (NM), or empty.</summary>
    public ReadOnlySpan<byte> Name => _name.Bytes;

    /// <summary>The symbolic link's target (SL) with <c>/</c> between its components, or empty.</summary>
    public ReadOnlySpan<byte> Link => _link.Bytes;

    /// <summary>POSIX file mode (PX), or null.</summary>
    public uint? Mode { get; private set; }

    /// <summary>Block of the directory that was moved away from here because it lay too deep (CL, §4.1.5.1), or null.</summary>
    public uint? ChildBlock { get; private set; }

    /// <summary>This directory was moved here from its true place (RE, §4.1.5.3).</summary>
    public bool IsRelocated { get; private set; }

    /// <summary>The file was compressed, and is meant to be read as if it were not (ZF or Z2, zisofs); or null.</summary>
    public ZisofsEntry? Compression { get; private set; }

    /// <summary>Gathers the entries of one record.</summary>
    /// <param name="systemUse">Its system use area, after the bytes that SP says to skip.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryGather(ReadOnlySpan<byte> systemUse, [NotNullWhen(false)] out string? reason)
    {
        Reset();
        ReadOnlySpan<byte> area = systemUse;
        for (int areas = 0; areas <= Iso9660Limits.ContinuationAreas; areas++)
        {
            if (!TryGatherArea(area, out ContinuationArea? next, out reason))
            {
                return false;
            }

            if (next is null)
            {
                reason = null;
                return true;
            }

            if (!continuations.TryRead(next.Value, out area, out reason))
            {
                return false;
            }
        }

        reason = "continuation areas (CE) run in a circle";
        return false;
    }

    private void Reset()
    {
        _name.Clear();
        _link.Clear();
        _nameIsComplete = false;
        _componentIsOpen = false;
        Mode = null;
        ChildBlock = null;
        IsRelocated = false;
        Compression = null;
    }

    private bool TryGatherArea(ReadOnlySpan<byte> area, out ContinuationArea? next, [NotNullWhen(false)] out string? reason)
    {
        next = null;
        while (SystemUseEntry.TryTake(ref area, out SystemUseEntry entry, out reason))
        {
            if (entry.Signature.SequenceEqual("CE"u8))
            {
                if (!ContinuationArea.TryParse(entry.Data, out ContinuationArea continuation, out reason))
                {
                    return false;
                }

                next = continuation;
            }
            else if (!TryGatherEntry(entry, out reason))
            {
                return false;
            }
        }

        return reason is null;
    }

    private bool TryGatherEntry(SystemUseEntry entry, [NotNullWhen(false)] out string? reason)
    {
        ReadOnlySpan<byte> data = entry.Data;
        reason = null;
        switch (entry.Signature)
        {
            case [(byte)'N', (byte)'M']:
                return TryAppendName(data, out reason);
            case [(byte)'S', (byte)'L']:
                return TryAppendLink(data, out reason);
            case [(byte)'P', (byte)'X'] when data.Length >= BothEndian.Length32:
                Mode = BothEndian.Read32(data);
                return true;
            case [(byte)'C', (byte)'L'] when data.Length >= BothEndian.Length32:
                ChildBlock = BothEndian.Read32(data);
                return true;
            case [(byte)'P', (byte)'X'] or [(byte)'C', (byte)'L']:
                reason = "a Rock Ridge entry is too short";
                return false;
            case [(byte)'R', (byte)'E']:
                IsRelocated = true;
                return true;
            case [(byte)'Z', (byte)'F'] or [(byte)'Z', (byte)'2']:
                return TryTakeCompression(data, out reason);
            default:
                // PL is the tree's own knowledge; TF repeats the record's date; ER, RR, SF, PN and others do not concern names.
                return true;
        }
    }

    private bool TryTakeCompression(ReadOnlySpan<byte> data, [NotNullWhen(false)] out string? reason)
    {
        bool taken = ZisofsEntry.TryParse(data, out ZisofsEntry entry, out reason);
        Compression = taken ? entry : null;
        return taken;
    }

    /// <summary>NM: flags, then bytes of the name, which may go on in the next NM (§4.1.4).</summary>
    private bool TryAppendName(ReadOnlySpan<byte> data, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (data.IsEmpty)
        {
            reason = "a Rock Ridge name (NM) is too short";
            return false;
        }

        if (_nameIsComplete || (data[0] & (NameIsSelf | NameIsParent)) != 0)
        {
            return true;
        }

        _nameIsComplete = (data[0] & NameContinues) == 0;
        if (!_name.TryAppend(data[1..]))
        {
            reason = "a Rock Ridge name (NM) is longer than 255 bytes";
            return false;
        }

        return true;
    }

    /// <summary>SL: flags, then components, each of flags, length and bytes (§4.1.3).</summary>
    private bool TryAppendLink(ReadOnlySpan<byte> data, [NotNullWhen(false)] out string? reason)
    {
        reason = "a symbolic link (SL) is cut off";
        if (data.IsEmpty)
        {
            return false;
        }

        ReadOnlySpan<byte> components = data[1..];
        while (!components.IsEmpty)
        {
            if (components.Length < 2 || components.Length - 2 < components[1])
            {
                return false;
            }

            if (!TryAppendComponent(components[0], components.Slice(2, components[1])))
            {
                reason = "a symbolic link (SL) is longer than 4095 bytes";
                return false;
            }

            components = components[(2 + components[1])..];
        }

        reason = null;
        return true;
    }

    private bool TryAppendComponent(byte flags, ReadOnlySpan<byte> content)
    {
        bool needsSlash = !_componentIsOpen && Link is not ([] or [.., (byte)'/']);
        _componentIsOpen = (flags & ComponentContinues) != 0;
        ReadOnlySpan<byte> text =
            (flags & ComponentIsRoot) != 0 ? "/"u8 :
            (flags & ComponentIsParent) != 0 ? ".."u8 :
            (flags & ComponentIsSelf) != 0 ? "."u8 :
            content;
        return (!needsSlash || _link.TryAppend("/"u8)) && _link.TryAppend(text);
    }
}
