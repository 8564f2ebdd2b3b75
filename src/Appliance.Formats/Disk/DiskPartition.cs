namespace Appliance.Formats.Disk;

/// <summary>One partition of a disk image; it may lie past the image's end.</summary>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
/// <param name="IsEfiSystem">Whether UEFI firmware looks for boot programs in it.</param>
public readonly record struct DiskPartition(long Offset, long Length, bool IsEfiSystem);
