using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Udf;

/// <summary>
/// The target of a symbolic link, recorded as components (ECMA-167 4/14.16).
/// <code>0 type | 1 name's length | 2 version (2) | 4 name</code>
/// </summary>
internal sealed class UdfLink
{
    private const int LengthOffset = 1;
    private const int NameOffset = 4;
    private const byte AgreedRoot = 1;
    private const byte Root = 2;
    private const byte Parent = 3;
    private const byte Self = 4;
    private const byte Name = 5;

    private readonly ByteBuffer _target = new(Iso9660Limits.LinkBytes);

    /// <summary>UTF-8, with <c>/</c> between components.</summary>
    public ReadOnlySpan<byte> Target => _target.Bytes;

    public void Clear() => _target.Clear();

    /// <exception cref="IOException">The medium could not be read.</exception>
    public bool TryRead(SectorSource source, List<IsoExtent> extents, long length, [NotNullWhen(false)] out string? reason)
    {
        Clear();
        if (length > UdfLimits.LinkBytes)
        {
            reason = "a symbolic link is longer than 4095 bytes";
            return false;
        }

        Span<byte> bytes = new byte[length];
        int count = new ExtentReader(source, extents).Read(0, bytes);
        return TryParse(bytes[..count], out reason);
    }

    public bool TryParse(ReadOnlySpan<byte> components, [NotNullWhen(false)] out string? reason)
    {
        Clear();
        Span<byte> name = stackalloc byte[UdfText.MaxNameBytes];
        while (!components.IsEmpty)
        {
            if (components.Length < NameOffset || components.Length - NameOffset < components[LengthOffset])
            {
                reason = "a symbolic link is cut off";
                return false;
            }

            ReadOnlySpan<byte> recorded = components.Slice(NameOffset, components[LengthOffset]);
            if (!TryAppend(components[0], recorded, name, out reason))
            {
                return false;
            }

            components = components[(NameOffset + recorded.Length)..];
        }

        reason = null;
        return true;
    }

    private bool TryAppend(byte type, ReadOnlySpan<byte> recorded, Span<byte> name, [NotNullWhen(false)] out string? reason)
    {
        ReadOnlySpan<byte> text;
        switch (type)
        {
            case AgreedRoot or Root:
                _target.Clear();
                text = "/"u8;
                break;
            case Parent:
                text = ".."u8;
                break;
            case Self:
                text = "."u8;
                break;
            case Name when UdfText.TryDecode(recorded, name, out int length):
                name[..length].Replace((byte)'/', (byte)'_');
                text = name[..length];
                break;
            default:
                reason = "a symbolic link has a component of an unknown kind";
                return false;
        }

        bool needsSlash = Target is not ([] or [.., (byte)'/']);
        reason = (!needsSlash || _target.TryAppend("/"u8)) && _target.TryAppend(text)
            ? null
            : "a symbolic link is longer than 4095 bytes";
        return reason is null;
    }
}
