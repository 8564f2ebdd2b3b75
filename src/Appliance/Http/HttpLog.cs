using System.Net;

namespace Appliance.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Information, "{Client} {Path} {Bytes} bytes in {Seconds:F3} s, {MegabytesPerSecond:F1} MB/s")]
    public static partial void Sent(this ILogger log, IPEndPoint client, string path, long bytes, double seconds, double megabytesPerSecond);

    [LoggerMessage(3, LogLevel.Debug, "{Client} {Path} {Status}, {Bytes} bytes from {Offset}")]
    public static partial void Answered(this ILogger log, IPEndPoint client, string path, int status, long bytes, long offset);

    [LoggerMessage(4, LogLevel.Information, "{Client} {Path} {Requests} ranges, {Bytes} bytes on one connection")]
    public static partial void RangesSent(this ILogger log, IPEndPoint client, string path, long requests, long bytes);

    [LoggerMessage(5, LogLevel.Information, "{Client} {Path}: not found")]
    public static partial void FileNotFound(this ILogger log, IPEndPoint client, string path);

    [LoggerMessage(6, LogLevel.Warning, "{Client} {Path}: cannot be read: {Reason}")]
    public static partial void FileUnreadable(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(7, LogLevel.Information, "{Client} {Path}: ended by the client after {Bytes} bytes")]
    public static partial void Aborted(this ILogger log, IPEndPoint client, string path, long bytes);

    [LoggerMessage(8, LogLevel.Information, "{Client}: refused: {Connections} connections are open")]
    public static partial void TooManyConnections(this ILogger log, IPEndPoint client, int connections);

    [LoggerMessage(9, LogLevel.Debug, "{Client}: connection ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(10, LogLevel.Warning, "no connection can be accepted: {Reason}")]
    public static partial void CannotAccept(this ILogger log, string reason);
}
