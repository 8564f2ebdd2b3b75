using System.Globalization;

namespace Appliance.E2E.Rig;

/// <summary>
/// What each boot took, in a file that tests/run.sh prints at its end: seconds from power-on to the last stage, and
/// megabytes that were sent to the PC until then.
/// </summary>
internal sealed class BootTable
{
    private readonly string _path = Path.Combine(Repository.Logs, "boots.tsv");

    public BootTable() => File.WriteAllText(_path, "boot\ts\tMB sent\n");

    public Task AddAsync(string boot, TimeSpan took, long bytesSent) => File.AppendAllTextAsync(
        _path, string.Create(CultureInfo.InvariantCulture, $"{boot}\t{took.TotalSeconds:F1}\t{bytesSent / 1e6:F1}\n"));
}
