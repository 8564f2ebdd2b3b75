namespace Appliance.Images.Archives;

/// <summary>
/// Undoes the compression of an archive, which is known by its first bytes and not by its name, by the programs that made it
/// (docs/adr/0005), with a bound on their memory: what a dictionary of 64 MiB takes, the largest that <c>xz -9</c> makes.
/// gzip too: the framework's GZipStream takes an archive that was cut short for a whole one (.NET 10; test
/// An_archive_cut_short_anywhere_leaves_nothing).
/// </summary>
internal static class Decompressor
{
    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];                         // RFC 1952 §2.3.1

    private static ReadOnlySpan<byte> XzMagic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]; // xz file format §2.1.1.1

    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xb5, 0x2f, 0xfd];             // RFC 8878 §3.1.1

    /// <summary>The archive's content. Takes over <paramref name="file"/>, which stands at its start.</summary>
    /// <exception cref="IOException">It cannot be read, or a program is missing; the message names its package.</exception>
    public static Stream Open(FileStream file)
    {
        Span<byte> start = stackalloc byte[6];
        start = start[..RandomAccess.Read(file.SafeFileHandle, start, 0)];
        return Open(file, start) ?? file;
    }

    /// <summary>What is compressed there; null when it is not, or in another way. Then <paramref name="input"/> stays the caller's.</summary>
    /// <param name="input">Stands at the start of the compressed data.</param>
    /// <param name="start">Its first six bytes.</param>
    /// <exception cref="IOException">A program is missing; the message names its package.</exception>
    public static Stream? Open(Stream input, ReadOnlySpan<byte> start) =>
        start.StartsWith(GzipMagic) ? ProgramStream.Start(input, "gzip", "gzip", "-d", "-c")
        : start.StartsWith(XzMagic) ? ProgramStream.Start(input, "xz", "xz-utils", "-d", "-c", "-q", "-T1", "--memlimit-decompress=72MiB")
        : start.StartsWith(ZstdMagic) ? ProgramStream.Start(input, "zstd", "zstd", "-d", "-c", "-q", "--memory=64MB")
        : null;
}
