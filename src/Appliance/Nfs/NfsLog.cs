using System.Net;
using Appliance.Formats.Nfs;

namespace Appliance.Nfs;

internal static partial class NfsLog
{
    [LoggerMessage(1, LogLevel.Information, "listening on {Address}, TCP and UDP")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Warning,
        "no port mapper here: {Reason}; clients must be told port={Port},mountport={Port}")]
    public static partial void NoPortmapper(this ILogger log, string reason, int port);

    [LoggerMessage(3, LogLevel.Information, "{Client} {Path} mounted over {Protocol}")]
    public static partial void Mounted(this ILogger log, IPEndPoint client, string path, string protocol);

    [LoggerMessage(4, LogLevel.Information, "{Client} {Path} unmounted")]
    public static partial void Unmounted(this ILogger log, IPEndPoint client, string path);

    [LoggerMessage(5, LogLevel.Information, "{Client} {Path} not mounted: {Status}")]
    public static partial void MountRefused(this ILogger log, IPEndPoint client, string path, MountStatus status);

    [LoggerMessage(6, LogLevel.Warning, "{Client} {Image}: {File} cannot be read: {Reason}")]
    public static partial void FileUnreadable(this ILogger log, IPEndPoint client, string image, string file, string reason);

    [LoggerMessage(7, LogLevel.Information, "{Client}: refused: {Connections} connections are open")]
    public static partial void TooManyConnections(this ILogger log, IPEndPoint client, int connections);

    [LoggerMessage(8, LogLevel.Debug, "{Client}: dropped: {Reason}")]
    public static partial void Dropped(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(9, LogLevel.Debug, "{Client}: connection ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(10, LogLevel.Warning, "receiving failed: {Reason}")]
    public static partial void ReceiveFailed(this ILogger log, string reason);

    [LoggerMessage(11, LogLevel.Debug, "{Client}: sending failed: {Reason}")]
    public static partial void SendFailed(this ILogger log, IPEndPoint client, string reason);
}
