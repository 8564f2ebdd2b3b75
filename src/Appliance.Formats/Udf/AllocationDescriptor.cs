using System.Buffers.Binary;

namespace Appliance.Formats.Udf;

/// <summary>A block of a partition (ECMA-167 4/7.1).</summary>
/// <param name="Partition">Index in the logical volume's partition maps.</param>
internal readonly record struct LogicalAddress(ushort Partition, uint Block)
{
    private const int PartitionShift = 32;

    /// <summary>The address as a number of its own.</summary>
    public long Packed => ((long)Partition << PartitionShift) | Block;

    public static LogicalAddress Unpack(long packed) => new((ushort)(packed >> PartitionShift), (uint)packed);

    /// <summary><code>0 block (4) | 4 partition (2)</code></summary>
    public static LogicalAddress Read(ReadOnlySpan<byte> address) =>
        new(BinaryPrimitives.ReadUInt16LittleEndian(address[4..]), BinaryPrimitives.ReadUInt32LittleEndian(address));
}

/// <summary>What is in an extent (ECMA-167 4/14.14.1.1): the two highest bits of its length.</summary>
internal enum AllocationType : byte
{
    Recorded = 0,

    /// <summary>Has blocks, but nothing was written to them: reads as zeros.</summary>
    AllocatedNotRecorded = 1,

    /// <summary>A hole: reads as zeros.</summary>
    NotAllocated = 2,

    /// <summary>Where the next allocation descriptors are.</summary>
    Continuation = 3,
}

/// <summary>How a file entry describes where its file is: the three lowest bits of the flags (ECMA-167 4/14.6.8).</summary>
internal enum AllocationForm : byte
{
    Short = 0,
    Long = 1,
    Extended = 2,

    /// <summary>The file itself stands in place of the descriptors.</summary>
    Embedded = 3,
}

/// <summary>
/// One extent of a file.
/// <code>
/// short     0 length and type (4) | 4 block (4), in the partition of the file entry            ECMA-167 4/14.14.1
/// long      0 length and type (4) | 4 block (4) | 8 partition (2) | 10 use (6)                 4/14.14.2
/// extended  0 length and type (4) | 4 recorded (4) | 8 information (4) | 12 block (4) | 16 partition (2) | 18 use (2)
/// </code>
/// </summary>
/// <param name="Address">Where it starts; the partition of a short one is that of its file entry, and not set here.</param>
/// <param name="IsPlain">Whether the bytes are recorded as they are, which only an extended one can deny.</param>
internal readonly record struct AllocationDescriptor(AllocationType Type, uint Length, LogicalAddress Address, bool IsPlain)
{
    public const int LongLength = 16;

    private const int ShortLength = 8;
    private const int ExtendedLength = 20;
    private const int AddressOffset = 4;
    private const int RecordedLengthOffset = 4;
    private const int InformationLengthOffset = RecordedLengthOffset + 4;
    private const int ExtendedAddressOffset = InformationLengthOffset + 4;
    private const int TypeShift = 30;
    private const uint LengthMask = (1u << TypeShift) - 1;

    /// <summary>Takes the first descriptor off <paramref name="area"/>; false where it ends, or a length of zero ends it.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> area, AllocationForm form, out AllocationDescriptor descriptor)
    {
        int size = form switch
        {
            AllocationForm.Short => ShortLength,
            AllocationForm.Long => LongLength,
            _ => ExtendedLength,
        };
        descriptor = area.Length < size ? default : form switch
        {
            AllocationForm.Short => Read(area, new LogicalAddress(0, BinaryPrimitives.ReadUInt32LittleEndian(area[AddressOffset..]))),
            AllocationForm.Long => ReadLong(area),
            _ => Read(area, LogicalAddress.Read(area[ExtendedAddressOffset..])) with { IsPlain = IsRecordedPlain(area) },
        };
        if (descriptor.Length == 0)
        {
            return false;
        }

        area = area[size..];
        return true;
    }

    public static AllocationDescriptor ReadLong(ReadOnlySpan<byte> descriptor) =>
        Read(descriptor, LogicalAddress.Read(descriptor[AddressOffset..]));

    private static AllocationDescriptor Read(ReadOnlySpan<byte> descriptor, LogicalAddress address)
    {
        uint lengthAndType = BinaryPrimitives.ReadUInt32LittleEndian(descriptor);
        return new AllocationDescriptor((AllocationType)(lengthAndType >> TypeShift), lengthAndType & LengthMask, address, IsPlain: true);
    }

    private static bool IsRecordedPlain(ReadOnlySpan<byte> extended) =>
        extended.Slice(RecordedLengthOffset, 4).SequenceEqual(extended.Slice(InformationLengthOffset, 4));
}
