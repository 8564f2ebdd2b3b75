using System.Net;

namespace Appliance.Tftp;

internal static partial class TftpLog
{
    [LoggerMessage(1, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Information,
        "{Client} {Path} {Bytes} bytes in {Seconds:F3} s, {MegabytesPerSecond:F1} MB/s, blksize {Blksize}, windowsize {Windowsize}, {Retransmissions} retransmissions: {Result}")]
    public static partial void Transferred(
        this ILogger log, IPEndPoint client, string path, long bytes, double seconds, double megabytesPerSecond,
        int blksize, int windowsize, long retransmissions, TftpResult result);

    [LoggerMessage(3, LogLevel.Information, "{Client} {Path}: not found")]
    public static partial void FileNotFound(this ILogger log, IPEndPoint client, string path);

    [LoggerMessage(4, LogLevel.Warning, "{Client} {Path}: cannot be read: {Reason}")]
    public static partial void FileUnreadable(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Client} {Path}: transfer failed: {Reason}")]
    public static partial void TransferFailed(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(6, LogLevel.Information, "{Client} {Path}: refused: {Reason}")]
    public static partial void Refused(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(7, LogLevel.Debug, "{Client}: packet dropped: {Reason}")]
    public static partial void Dropped(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(8, LogLevel.Warning, "receiving failed: {Reason}")]
    public static partial void ReceiveFailed(this ILogger log, string reason);

    [LoggerMessage(9, LogLevel.Debug, "sending failed: {Reason}")]
    public static partial void SendFailed(this ILogger log, string reason);

    [LoggerMessage(10, LogLevel.Debug, "{Client} {Path}: {Packets} sends that the network did not take")]
    public static partial void SendsLost(this ILogger log, IPEndPoint client, string path, long packets);
}
