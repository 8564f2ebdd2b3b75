using Appliance.Formats.Iso9660;

namespace Appliance.Formats;

/// <summary>Reads through the extents of a file as if they were one.</summary>
internal sealed class ExtentReader(SectorSource source, List<IsoExtent> extents)
{
    private int _index;
    private long _start;

    /// <summary>Forgets where it was: the extents are others now.</summary>
    public void Reset() => (_index, _start) = (0, 0);

    /// <summary>
    /// Reads at <paramref name="position"/>, which is never less than that of the call before. Returns how many bytes were
    /// read: fewer than asked only at the end of the file, or of the image.
    /// </summary>
    /// <exception cref="IOException">The medium could not be read.</exception>
    public int Read(long position, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length && _index < extents.Count)
        {
            IsoExtent extent = extents[_index];
            long into = position + done - _start;
            if (into >= extent.Length)
            {
                _start += extent.Length;
                _index++;
                continue;
            }

            Span<byte> part = destination[done..(int)Math.Min(destination.Length, done + extent.Length - into)];
            if (extent.IsZeros)
            {
                part.Clear();
            }
            else if (source.Read(extent.Offset + into, part) != part.Length)
            {
                break;
            }

            done += part.Length;
        }

        return done;
    }
}
