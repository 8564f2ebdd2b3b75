using System.Net;

namespace Appliance.Nbd;

internal static partial class NbdLog
{
    [LoggerMessage(1, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Debug, "{Client} {Export}: taken")]
    public static partial void Started(this ILogger log, IPEndPoint client, string export);

    [LoggerMessage(3, LogLevel.Information, "{Client} {Export} {Reads} reads, {Bytes} bytes in {Seconds:F3} s: {End}")]
    public static partial void Ended(
        this ILogger log, IPEndPoint client, string export, long reads, long bytes, double seconds, string end);

    [LoggerMessage(4, LogLevel.Information, "{Client} refused: {Reason}")]
    public static partial void Refused(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(5, LogLevel.Debug, "{Client}: ended without an export: {Reason}")]
    public static partial void HandshakeEnded(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Client} {Export}: cannot be read: {Reason}")]
    public static partial void ExportUnreadable(this ILogger log, IPEndPoint client, string export, string reason);

    [LoggerMessage(7, LogLevel.Debug, "{Client}: hung up on: {Sessions} connections are open")]
    public static partial void TooManySessions(this ILogger log, IPEndPoint? client, int sessions);

    [LoggerMessage(8, LogLevel.Warning, "accepting failed: {Reason}")]
    public static partial void AcceptFailed(this ILogger log, string reason);

    [LoggerMessage(9, LogLevel.Debug, "connection not served: {Reason}")]
    public static partial void NotStarted(this ILogger log, string reason);

    [LoggerMessage(10, LogLevel.Debug, "{Client}: gone before it was cut off: {Reason}")]
    public static partial void AlreadyGone(this ILogger log, IPEndPoint client, string reason);
}
