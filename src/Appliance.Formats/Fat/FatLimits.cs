namespace Appliance.Formats.Fat;

/// <summary>
/// What the reader accepts at most; each number is far above every real volume and far below what would hurt a board with
/// 512 MB.
/// </summary>
public static class FatLimits
{
    /// <summary>Bytes of one directory. 2 MiB: 65,536 entries, as Linux has it too.</summary>
    public const long DirectoryBytes = 2 << 20;

    /// <summary>
    /// Bytes of directories and of the table of clusters read from one image. 512 MiB: a chain that jumps reads a window of
    /// the table for each jump, and a volume with 100,000 files in disorder jumps 100,000 times.
    /// </summary>
    public const long StructureBytes = 512L << 20;

    /// <summary>Runs of clusters of one file. 65,536: a file of 4 GiB in runs of 64 KiB, the worst that fragmentation does.</summary>
    public const int ExtentsPerFile = 1 << 16;

    /// <summary>Letters of a long name.</summary>
    public const int NameLetters = 255;
}
