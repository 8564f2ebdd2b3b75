using System.Text;

namespace Appliance.Formats.Cpio;

/// <summary>Where a <see cref="CpioScanner"/> is.</summary>
public enum CpioScan
{
    /// <summary>It wants more bytes.</summary>
    More,

    /// <summary>An entry that was looked for has come.</summary>
    Found,

    /// <summary>
    /// What comes next, behind the bytes that were taken, is no archive: compressed ones follow early ones that are not.
    /// </summary>
    Foreign,

    /// <summary>The archive is damaged, or has more entries than any.</summary>
    Damaged,
}

/// <summary>
/// Looks for names in newc archives that come piece by piece, one behind the other with zeros between, as Linux reads an
/// initial RAM disk (Documentation/driver-api/early-userspace/buffer-format.rst). Keeps one entry's name and no data.
/// </summary>
/// <param name="wanted">Tells from an entry's name whether it is looked for; bytes that are no UTF-8 are replaced.</param>
public sealed class CpioScanner(Func<string, bool> wanted)
{
    /// <summary>Entries in all. 200,000: four times a large RAM disk with all firmware.</summary>
    public const int MaxEntries = 200_000;

    /// <summary>Zeros between two archives. 1 MiB: padding is to sectors or pages; an image of zeros is no archive.</summary>
    public const int MaxZeros = 1 << 20;

    private readonly byte[] _part = new byte[CpioHeader.MaxNameLength + 4];
    private CpioHeader _header;
    private int _have;
    private int _entries;
    private int _zeros;
    private Step _step = Step.Between;

    private enum Step
    {
        Between,
        Header,
        Name,
        Data,
    }

    public CpioScan State { get; private set; }

    /// <summary>Bytes of data that come next and need not be fed: <see cref="Skip"/>.</summary>
    public long Pending { get; private set; }

    /// <summary>Takes data as read that was passed over; no more than <see cref="Pending"/>.</summary>
    public void Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Pending);
        Pending -= count;
        if (Pending == 0 && _step is Step.Data)
        {
            _step = AfterData;
        }
    }

    /// <summary>Reads on; returns the bytes taken, which are all while <see cref="State"/> is <see cref="CpioScan.More"/>.</summary>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length && State is CpioScan.More)
        {
            at += _step switch
            {
                Step.Between => PassZeros(bytes[at..]),
                Step.Header => Collect(bytes[at..], CpioHeader.Length),
                Step.Name => Collect(bytes[at..], _header.PaddedNameLength),
                _ => PassData(bytes[at..]),
            };
        }

        return at;
    }

    private Step AfterData => IsTrailer ? Step.Between : Step.Header;

    private bool IsTrailer { get; set; }

    private int PassZeros(ReadOnlySpan<byte> bytes)
    {
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        zeros = zeros < 0 ? bytes.Length : zeros;
        _zeros += zeros;
        if (_zeros > MaxZeros)
        {
            State = CpioScan.Damaged;
        }
        else if (zeros < bytes.Length)
        {
            _zeros = 0;
            (_step, _have) = (Step.Header, 0);

            // An archive begins with its magic's first digit, as no compression does.
            State = bytes[zeros] == (byte)'0' ? CpioScan.More : CpioScan.Foreign;
        }

        return zeros;
    }

    /// <summary>Gathers a header, or a name with its zeros, and reads it when it is whole.</summary>
    private int Collect(ReadOnlySpan<byte> bytes, int length)
    {
        int count = Math.Min(bytes.Length, length - _have);
        bytes[..count].CopyTo(_part.AsSpan(_have));
        _have += count;
        if (_have == length)
        {
            _have = 0;
            if (_step is Step.Header)
            {
                ReadHeader();
            }
            else
            {
                ReadName();
            }
        }

        return count;
    }

    private void ReadHeader()
    {
        bool isGood = CpioHeader.TryParse(_part.AsSpan(0, CpioHeader.Length), out _header, out _) && ++_entries <= MaxEntries;
        State = isGood ? CpioScan.More : CpioScan.Damaged;
        _step = Step.Name;
    }

    private void ReadName()
    {
        ReadOnlySpan<byte> name = _part.AsSpan(0, _header.NameLength);
        int end = name.IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        IsTrailer = text == CpioHeader.Trailer;
        Pending = _header.PaddedFileSize;
        _step = Pending > 0 ? Step.Data : AfterData;
        State = !IsTrailer && wanted(text) ? CpioScan.Found : CpioScan.More;
    }

    private int PassData(ReadOnlySpan<byte> bytes)
    {
        int count = (int)Math.Min(bytes.Length, Pending);
        Skip(count);
        return count;
    }
}
