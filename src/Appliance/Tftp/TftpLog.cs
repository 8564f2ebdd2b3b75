using System.Net;

namespace Appliance.Tftp;

internal static partial class TftpLog
{
    [LoggerMessage(1, LogLevel.Information, "tftp: listening on {Address}")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Information,
        "tftp: {Client} {Path} {Bytes} bytes in {Seconds:F3} s, {MegabytesPerSecond:F1} MB/s, blksize {Blksize}, windowsize {Windowsize}, {Retransmissions} retransmissions: {Result}")]
    public static partial void Transferred(
        this ILogger log, IPEndPoint client, string path, long bytes, double seconds, double megabytesPerSecond,
        int blksize, int windowsize, long retransmissions, TftpResult result);

    [LoggerMessage(3, LogLevel.Information, "tftp: {Client} {Path}: not found")]
    public static partial void FileNotFound(this ILogger log, IPEndPoint client, string path);

    [LoggerMessage(4, LogLevel.Warning, "tftp: {Client} {Path}: cannot be read: {Reason}")]
    public static partial void FileUnreadable(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(5, LogLevel.Warning, "tftp: {Client} {Path}: transfer failed: {Reason}")]
    public static partial void TransferFailed(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(6, LogLevel.Information, "tftp: {Client} {Path}: refused: {Reason}")]
    public static partial void Refused(this ILogger log, IPEndPoint client, string path, string reason);

    [LoggerMessage(7, LogLevel.Debug, "tftp: {Client}: packet dropped: {Reason}")]
    public static partial void Dropped(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(8, LogLevel.Warning, "tftp: receiving failed: {Reason}")]
    public static partial void ReceiveFailed(this ILogger log, string reason);

    [LoggerMessage(9, LogLevel.Debug, "tftp: sending failed: {Reason}")]
    public static partial void SendFailed(this ILogger log, string reason);
}
