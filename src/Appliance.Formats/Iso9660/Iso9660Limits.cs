namespace Appliance.Formats.Iso9660;

/// <summary>
/// What the reader accepts at most. An image is whatever somebody put on the card: each number is far above every real
/// image and far below what would hurt a board with 512 MB.
/// </summary>
public static class Iso9660Limits
{
    /// <summary>Volume descriptors before the terminator. 64: real images have three to five.</summary>
    public const int VolumeDescriptors = 64;

    /// <summary>
    /// Bytes of directories and continuation areas read from one image. 256 MiB: 100,000 files with long names take 20.
    /// </summary>
    public const long DirectoryBytes = 256L << 20;

    /// <summary>Continuation areas of one directory record (SUSP 1.12 §5.1). 16: real ones have one (CVE-2014-9420).</summary>
    public const int ContinuationAreas = 16;

    /// <summary>
    /// Bytes of a name as recorded; in UTF-8 it may be twice as long. 255: NAME_MAX of every system that mounts these images.
    /// </summary>
    public const int NameBytes = 255;

    /// <summary>Bytes of a symbolic link's target. 4095: PATH_MAX less its zero byte.</summary>
    public const int LinkBytes = 4095;

    /// <summary>Extents of one file. 1,024 of 4 GiB: 4 TiB.</summary>
    public const int ExtentsPerFile = 1024;

    /// <summary>Sessions of one disc. 99: the most tracks that a CD can have.</summary>
    public const int Sessions = 99;

    /// <summary>
    /// Bytes of an image that is written, up to its files' data. 1 MiB: some five thousand names; Ubuntu's slim image has
    /// two hundred.
    /// </summary>
    public const int WrittenHeaderBytes = 1 << 20;

    /// <summary>Entries of the El Torito boot catalogue. 64 fill one sector; real ones have one to four.</summary>
    public const int BootEntries = 64;
}
