using System.Diagnostics;
using Appliance.Formats.Cpio;
using Appliance.Images.Archives;

namespace Appliance.Images.Initrd;

/// <summary>
/// Looks whether an initial RAM disk holds a file of some name: archives that are not compressed first (microcode), then one
/// that is, as Linux unpacks it. For when a plan is made, not for when a client waits.
/// </summary>
internal static class InitrdSearch
{
    /// <summary>
    /// Bytes that are unpacked at most. 1 GiB: the largest live systems' RAM disks come to half of that; others are believed.
    /// </summary>
    private const long MaxUnpacked = 1L << 30;

    /// <summary>Time for one. 30 s: what a slow board needs for 100 MB of xz.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    private const int PieceLength = 64 * 1024;

    /// <summary>Bytes by which a compression is known.</summary>
    private const int StartLength = 6;

    /// <summary>
    /// Whether it has such an entry; null when it cannot be read to its end: damaged, too large, compressed in another way.
    /// </summary>
    /// <param name="initrd">The RAM disk.</param>
    /// <param name="wanted">Tells from a path without a slash at its start whether it is looked for.</param>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public static bool? Has(Payload initrd, Func<string, bool> wanted)
    {
        var scanner = new CpioScanner(wanted);
        long compressed = ScanPlain(initrd, scanner);
        if (scanner.State is not CpioScan.Foreign)
        {
            return Verdict(scanner.State);
        }

        Span<byte> start = stackalloc byte[StartLength];
        start = start[..initrd.Read(compressed, start)];
        try
        {
            using Stream? content = Decompressor.Open(new PayloadStream(initrd, compressed), start);
            return content is null ? null : ScanCompressed(content, new CpioScanner(wanted));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static bool? Verdict(CpioScan state) => state switch
    {
        CpioScan.Found => true,
        CpioScan.More => false,
        _ => null,
    };

    /// <summary>Reads headers and passes over data; returns where it stopped.</summary>
    private static long ScanPlain(Payload initrd, CpioScanner scanner)
    {
        byte[] piece = new byte[CpioHeader.Length + CpioHeader.MaxNameLength];
        long at = 0;
        while (at < initrd.Length && scanner.State is CpioScan.More)
        {
            if (scanner.Pending > 0)
            {
                long skip = Math.Min(scanner.Pending, initrd.Length - at);
                scanner.Skip(skip);
                at += skip;
                continue;
            }

            int count = initrd.Read(at, piece);
            if (count == 0)
            {
                break;
            }

            at += scanner.Feed(piece.AsSpan(0, count));
        }

        return at;
    }

    private static bool? ScanCompressed(Stream content, CpioScanner scanner)
    {
        byte[] piece = new byte[PieceLength];
        long began = Stopwatch.GetTimestamp();
        for (long unpacked = 0; scanner.State is CpioScan.More;)
        {
            int count = content.Read(piece);
            if (count == 0)
            {
                break;
            }

            unpacked += count;
            if (unpacked > MaxUnpacked || Stopwatch.GetElapsedTime(began) > MaxTime)
            {
                return null;
            }

            scanner.Feed(piece.AsSpan(0, count));
        }

        return Verdict(scanner.State);
    }
}

/// <summary>A payload from some place on, as a stream. The payload stays its owner's.</summary>
internal sealed class PayloadStream(Payload payload, long start) : ForwardStream
{
    public override long Position { get; set; } = start;

    public override int Read(Span<byte> buffer)
    {
        int count = payload.Read(Position, buffer);
        Position += count;
        return count;
    }
}
