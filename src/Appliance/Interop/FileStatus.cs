using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>
/// What statx(2) says about a path. That call and not stat(2): its structure has the same layout on every architecture,
/// and the framework offers neither inode nor device.
/// </summary>
/// <param name="Kind">Regular file, directory or anything else.</param>
/// <param name="Device">Device of the file system, major and minor number in one.</param>
/// <param name="Inode">Number of the file in its file system.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">Modification time, in UTC.</param>
internal readonly record struct FileStatus(FileKind Kind, ulong Device, ulong Inode, long Length, DateTimeOffset Modified)
{
    private const int FromWorkingDirectory = -100; // AT_FDCWD
    private const int DoNotFollow = 0x100;         // AT_SYMLINK_NOFOLLOW
    private const uint BasicStatistics = 0x7ff;    // STATX_BASIC_STATS

    /// <summary>Asks about <paramref name="path"/>; false when it is not there or cannot be looked at.</summary>
    public static bool TryGet(string path, bool followLink, out FileStatus status)
    {
        int flags = followLink ? 0 : DoNotFollow;
        if (path.Contains('\0', StringComparison.Ordinal)
            || LinuxFileStatus.StatX(FromWorkingDirectory, path, flags, BasicStatistics, out StatXBuffer buffer) != 0)
        {
            status = default;
            return false;
        }

        status = new FileStatus(
            buffer.FileKind, ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode, (long)buffer.Size, buffer.Modified);
        return true;
    }
}

internal enum FileKind
{
    Other,
    Regular,
    Directory,
    SymbolicLink,
}

internal static partial class LinuxFileStatus
{
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatX(int directory, string path, int flags, uint mask, out StatXBuffer buffer);
}

/// <summary><c>struct statx</c> of linux/stat.h, as far as it is used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct StatXBuffer
{
    private const int TypeMask = 0xf000;

    [FieldOffset(28)]
    private readonly ushort _mode;

    [FieldOffset(32)]
    public readonly ulong Inode;

    [FieldOffset(40)]
    public readonly ulong Size;

    [FieldOffset(112)]
    private readonly long _modifiedSeconds;

    [FieldOffset(120)]
    private readonly uint _modifiedNanoseconds;

    [FieldOffset(136)]
    public readonly uint DeviceMajor;

    [FieldOffset(140)]
    public readonly uint DeviceMinor;

    public FileKind FileKind => (_mode & TypeMask) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.SymbolicLink,
        _ => FileKind.Other,
    };

    /// <summary>Years outside 1 to 9999, which a damaged file system reports, are taken for 1970.</summary>
    public DateTimeOffset Modified
    {
        get
        {
            bool valid = _modifiedSeconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds()
                && _modifiedSeconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
            return valid
                ? DateTimeOffset.FromUnixTimeSeconds(_modifiedSeconds).AddTicks(_modifiedNanoseconds / TimeSpan.NanosecondsPerTick)
                : DateTimeOffset.UnixEpoch;
        }
    }
}
