using System.Collections.Immutable;
using System.Text;

namespace Appliance.Formats.Checksums;

/// <summary>
/// A list of SHA-256 sums as projects publish it beside their images (<c>SHA256SUMS</c>, <c>CHECKSUM</c>). Lines that are no
/// sums are skipped: comments, other algorithms, the armour of a signature.
/// </summary>
public sealed class ChecksumList
{
    /// <summary>Longest list that should be read, in bytes. 1 MiB: some eight thousand sums; Debian's longest has a tenth.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Sums kept for one name. 16: a mirror's tree has a <c>mini.iso</c> for each architecture and flavour.</summary>
    public const int MaxSumsOfName = 16;

    private readonly Dictionary<string, ImmutableArray<string>> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> _byName = new(StringComparer.Ordinal);

    private ChecksumList()
    {
    }

    /// <summary>Sums of lines that hold nothing else, in lower case.</summary>
    public ImmutableArray<string> Nameless { get; private set; } = [];

    /// <summary>All names that it has, without folders.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    public static ChecksumList Read(ReadOnlySpan<byte> text)
    {
        var list = new ChecksumList();
        if (text.StartsWith("\ufeff"u8))
        {
            text = text[3..];
        }

        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            if (ChecksumLine.TryParse(line, out ChecksumLine parsed, out _))
            {
                list.Add(parsed);
            }

            text = end < 0 ? default : text[(end + 1)..];
        }

        return list;
    }

    /// <summary>
    /// The sums that the list gives a file, in lower case; empty when it does not name it. A line with exactly that name
    /// counts first; else lines that name it below some folder, as a mirror's list for a whole tree does. More than one
    /// means that the list does not say which of them is this file.
    /// </summary>
    /// <param name="name">Name of the file, without folders.</param>
    public ImmutableArray<string> Find(string name) =>
        _byPath.TryGetValue(name, out ImmutableArray<string> sums) || _byName.TryGetValue(name, out sums) ? sums : [];

    private void Add(ChecksumLine line)
    {
        string digest = Encoding.ASCII.GetString(line.Digest).ToLowerInvariant();
        if (line.RecordedName.IsEmpty)
        {
            Nameless = With(Nameless, digest);
            return;
        }

        string path = line.DecodeName();
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path[2..];
        }

        Add(_byPath, path, digest);
        Add(_byName, path[(path.LastIndexOf('/') + 1)..], digest);
    }

    private static void Add(Dictionary<string, ImmutableArray<string>> sums, string name, string digest) =>
        sums[name] = With(sums.GetValueOrDefault(name, []), digest);

    private static ImmutableArray<string> With(ImmutableArray<string> sums, string digest) =>
        sums.Length == MaxSumsOfName || sums.Contains(digest) ? sums : sums.Add(digest);
}
