using System.Globalization;

namespace Appliance.Status;

/// <summary>Finds out who has a port, for messages that must name the culprit (proc(5), /proc/net/udp and /proc/PID/fd).</summary>
public static class PortOwner
{
    private const string TcpListen = "0A";
    private static readonly string[] TcpTables = ["/proc/net/tcp", "/proc/net/tcp6"];
    private static readonly string[] UdpTables = ["/proc/net/udp", "/proc/net/udp6"];

    /// <summary>Program and process number that hold the port, such as <c>dnsmasq (process 812)</c>; null when unknown.</summary>
    /// <param name="port">Port number.</param>
    /// <param name="tcp">Whether a TCP listener is meant, or a UDP socket.</param>
    public static string? Find(int port, bool tcp)
    {
        try
        {
            HashSet<string> sockets = [.. (tcp ? TcpTables : UdpTables)
                .Where(File.Exists).SelectMany(File.ReadLines).Select(line => SocketOf(line, port, tcp)).OfType<string>()];
            return sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc")
                .Where(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Where(folder => HoldsOneOf(folder, sockets))
                .Select(static folder => $"{File.ReadAllText(folder + "/comm").Trim()} (process {Path.GetFileName(folder)})")
                .FirstOrDefault();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The link target of the socket in one line of a /proc/net table, when it has the port.</summary>
    private static string? SocketOf(string line, int port, bool tcp)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 9
            && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal)
            && (!tcp || fields[3] == TcpListen)
            ? $"socket:[{fields[9]}]"
            : null;
    }

    private static bool HoldsOneOf(string processFolder, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(processFolder + "/fd").Any(link => TargetOf(link) is { } name && sockets.Contains(name));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }

    /// <summary>What a file descriptor is; null when it was closed while its process was looked at.</summary>
    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
