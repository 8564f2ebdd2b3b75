using System.Globalization;

namespace Appliance.Images;

/// <summary>Room on a file system.</summary>
/// <param name="Free">Bytes that may still be written.</param>
/// <param name="Total">Bytes in all.</param>
internal readonly record struct VolumeSpace(long Free, long Total);

/// <summary>
/// Looks whether something fits before it is written, so that a full card is a message and not half a file. Part of the
/// card stays free: 5 %, at most 1 GiB, because flash that is full becomes slow and its owner wants to add one more file.
/// </summary>
/// <param name="look">Tells the room where a folder is; null asks the file system.</param>
internal sealed class FreeSpace(Func<string, VolumeSpace>? look = null)
{
    private const int ReserveFraction = 20;
    private const long MaxReserve = 1L << 30;

    private readonly Func<string, VolumeSpace> _look = look ?? Look;

    /// <summary>Bytes that may be written into a folder without touching the reserve.</summary>
    public long Available(string folder)
    {
        VolumeSpace space = _look(folder);
        return Math.Max(0, space.Free - Reserve(space));
    }

    /// <exception cref="IOException">It does not fit; the message says how much is needed and free.</exception>
    public void Require(string folder, long needed, string what)
    {
        VolumeSpace space = _look(folder);
        if (needed > space.Free - Reserve(space))
        {
            throw new IOException(
                $"{what} needs {Megabytes(needed)} and {Megabytes(Reserve(space))} must stay free, "
                + $"but {folder} has only {Megabytes(space.Free)}: remove something there");
        }
    }

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + 999_999) / 1_000_000} MB");

    private static long Reserve(VolumeSpace space) => Math.Min(space.Total / ReserveFraction, MaxReserve);

    private static VolumeSpace Look(string folder)
    {
        var drive = new DriveInfo(folder);
        return new VolumeSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}
