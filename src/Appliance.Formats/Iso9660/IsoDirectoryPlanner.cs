using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Appliance.Formats.Iso9660;

/// <summary>
/// Turns a tree of entries into directories with identifiers and Rock Ridge entries, level by level and sorted, which is the
/// order of the path table too (ECMA-119 §6.9.1).
/// </summary>
internal sealed class IsoDirectoryPlanner(SystemUseWriter systemUse)
{
    private readonly List<IsoDirectoryPlan> _directories = [];

    public IReadOnlyList<IsoDirectoryPlan> Directories => _directories;

    /// <summary>False with a reason when a name or the whole is too long for an image.</summary>
    public bool TryPlan(IsoImageEntry root, [NotNullWhen(false)] out string? reason)
    {
        _directories.Add(new IsoDirectoryPlan(root, null, [0], number: 1));
        long length = 0;
        for (int index = 0; index < _directories.Count; index++)
        {
            IsoDirectoryPlan directory = _directories[index];
            reason = directory.Entry.Children.Select(Judge).FirstOrDefault(static objection => objection is not null);
            if (reason is not null)
            {
                return false;
            }

            directory.Fill(PlanRecords(directory));
            length += directory.Length;
            if (length + systemUse.Continuations.Length > Iso9660Limits.WrittenHeaderBytes)
            {
                reason = "it holds too many files";
                return false;
            }
        }

        reason = null;
        return true;
    }

    private static string? Judge(IsoImageEntry entry) =>
        Encoding.UTF8.GetByteCount(entry.Name) > Iso9660Limits.NameBytes ? "a name is longer than 255 bytes" :
        Encoding.UTF8.GetByteCount(entry.Link) > Iso9660Limits.LinkBytes ? "a symbolic link is longer than 4095 bytes" :
        null;

    private List<IsoRecordPlan> PlanRecords(IsoDirectoryPlan directory)
    {
        var identifiers = new IsoIdentifiers();
        var records = new List<IsoRecordPlan>();
        IEnumerable<(string Identifier, IsoImageEntry Entry)> sorted = directory.Entry.Children
            .Select(entry => (identifiers.Assign(entry.Name, entry.Kind == IsoEntryKind.Directory), entry))
            .OrderBy(static item => item.Item1, StringComparer.Ordinal);
        foreach ((string name, IsoImageEntry entry) in sorted)
        {
            byte[] identifier = Encoding.ASCII.GetBytes(name);
            IsoDirectoryPlan? child = entry.Kind == IsoEntryKind.Directory
                ? new IsoDirectoryPlan(entry, directory, identifier, (ushort)(_directories.Count + 1))
                : null;
            int room = DirectoryRecordWriter.MaxLength - DirectoryRecordWriter.HeadLength(identifier.Length);
            records.Add(new IsoRecordPlan(identifier, systemUse.Of(entry, child?.Links ?? 1, room), entry, child));
            if (child is not null)
            {
                _directories.Add(child);
            }
        }

        return records;
    }
}
