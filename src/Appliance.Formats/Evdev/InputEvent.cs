using System.Buffers.Binary;

namespace Appliance.Formats.Evdev;

/// <summary>
/// One event of an input device, as read(2) hands it up: <c>struct input_event</c> of linux/input.h.
/// </summary>
/// <remarks>
/// <code>
/// 64 bit   0        8        16   18   20     24
///          seconds  µs       type code value
/// 32 bit   0    4    8    10   12     16
/// </code>
/// The time is two of the kernel's unsigned longs also where time_t has 64 bits (<c>__kernel_ulong_t</c>); nothing here needs it.
/// </remarks>
/// <param name="Type">EV_…: what kind of event.</param>
/// <param name="Code">Which key, of a key.</param>
/// <param name="Value">Of a key 1 when it goes down, 0 when it comes up, 2 while it repeats.</param>
public readonly record struct InputEvent(ushort Type, ushort Code, int Value)
{
    /// <summary>EV_KEY: a key or button.</summary>
    public const ushort KeyType = 1;

    /// <summary>Whether a key went down or came up; false for repeats, and for what marks the end of a report.</summary>
    public bool IsKeyChange => Type == KeyType && Value is (0 or 1);

    public bool IsDown => Type == KeyType && Value == 1;

    /// <summary>Bytes of an event.</summary>
    /// <param name="wordLength">Bytes of the kernel's long for this process: 4 or 8.</param>
    public static int LengthFor(int wordLength) => (2 * wordLength) + 8;

    /// <summary>Reads an event from the beginning of what was read.</summary>
    /// <param name="bytes">At least one event.</param>
    /// <param name="wordLength">As above.</param>
    /// <param name="read">The event.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, int wordLength, out InputEvent read)
    {
        read = default;
        if (wordLength is not (4 or 8) || bytes.Length < LengthFor(wordLength))
        {
            return false;
        }

        // In the kernel's byte order; every machine that is supported is little-endian.
        ReadOnlySpan<byte> fields = bytes[(2 * wordLength)..];
        read = new InputEvent(
            BinaryPrimitives.ReadUInt16LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]),
            BinaryPrimitives.ReadInt32LittleEndian(fields[4..]));
        return true;
    }
}
