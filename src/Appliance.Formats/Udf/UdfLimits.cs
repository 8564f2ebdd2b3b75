namespace Appliance.Formats.Udf;

/// <summary>
/// What the reader accepts at most; each number is far above every real disc and far below what would hurt a board with
/// 512 MB.
/// </summary>
public static class UdfLimits
{
    /// <summary>Structures of the volume recognition sequence. 64: real discs have up to eight, those of ISO 9660 included.</summary>
    public const int RecognitionStructures = 64;

    /// <summary>Descriptors of a volume descriptor sequence. 64: real ones have six in sixteen sectors.</summary>
    public const int VolumeDescriptors = 64;

    /// <summary>Extents of a volume descriptor sequence that follow each other. 8: real ones have one.</summary>
    public const int SequenceExtents = 8;

    /// <summary>Partitions of a volume. 8: UDF knows no more than two or three.</summary>
    public const int Partitions = 8;

    /// <summary>
    /// Bytes of directories, file entries and allocation descriptors read from one image. 512 MiB: 250,000 files whose
    /// entries take a block of 2,048 bytes each.
    /// </summary>
    public const long StructureBytes = 512L << 20;

    /// <summary>Allocation descriptors of one file. 65,536 of 1 GiB, the most that one describes: 64 TiB.</summary>
    public const int AllocationDescriptorsPerFile = 1 << 16;

    /// <summary>
    /// Blocks before the end of the image in which the virtual allocation table is looked for. 512: a recorder adds up to
    /// 152 run-out blocks, a copying tool a few hundred more.
    /// </summary>
    public const int VirtualTableSearchBlocks = 512;

    /// <summary>Bytes of the virtual allocation table. 16 MiB: four million blocks, all of a DVD-R.</summary>
    public const int VirtualTableBytes = 16 << 20;

    /// <summary>Bytes of a sparing table. 512 KiB: its 16-bit count of entries of eight bytes allows no more.</summary>
    public const int SparingTableBytes = 512 << 10;

    /// <summary>Bytes of a symbolic link as recorded. 16 KiB: a target of PATH_MAX in components of one letter.</summary>
    public const int LinkBytes = 16 << 10;
}
