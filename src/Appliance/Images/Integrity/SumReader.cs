using System.Security.Cryptography;
using Appliance.Formats;
using Appliance.Interop;

namespace Appliance.Images.Integrity;

/// <summary>A part of an image that the medium does not give.</summary>
internal sealed class ImageReadException(long offset, IOException failure) : IOException(failure.Message, failure)
{
    /// <summary>Where reading failed, in bytes.</summary>
    public long Offset => offset;
}

/// <summary>Reads an image from end to end at a bounded rate, and gives way to transfers.</summary>
internal sealed class SumReader(ReadPace pace, TransferWatch transfers, TimeProvider time)
{
    /// <summary>Bytes read at once. 256 KiB: the read-ahead of cards and disks, and short enough to give way quickly.</summary>
    public const int ChunkBytes = 256 << 10;

    /// <summary>
    /// The SHA-256 sum, 64 hex digits in lower case; null when the source ended before its length, because somebody writes
    /// to it.
    /// </summary>
    /// <exception cref="ImageReadException">The medium failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<string?> ReadAsync(SectorSource source, CancellationToken cancellationToken)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[ChunkBytes];
        for (long offset = 0; offset < source.Length;)
        {
            while (transfers.IsBusy(Uptime))
            {
                await Task.Delay(TransferWatch.Interval, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            int count = Read(source, offset, buffer);
            if (count == 0)
            {
                return null;
            }

            sum.AppendData(buffer, 0, count);
            offset += count;
            TimeSpan wait = pace.After(count, Uptime);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }
        }

        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    private TimeSpan Uptime => time.GetElapsedTime(0, time.GetTimestamp());

    private static int Read(SectorSource source, long offset, byte[] buffer)
    {
        try
        {
            int count = source.Read(offset, buffer);
            if (source is SharedFile file)
            {
                FileCache.Forget(file.Handle, offset, count);
            }

            return count;
        }
        catch (IOException failure)
        {
            throw new ImageReadException(offset, failure);
        }
    }
}
