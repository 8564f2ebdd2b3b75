namespace Appliance;

/// <summary>What the daemon as a whole says.</summary>
internal sealed partial class ServeCommand
{
    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "ready in {Milliseconds} ms: {Address} on {Interface}")]
        public static partial void Ready(ILogger log, long milliseconds, string @interface, string address);

        [LoggerMessage(LogLevel.Information, "{Count} profiles of distributions")]
        public static partial void Profiles(ILogger log, int count);

        [LoggerMessage(LogLevel.Warning, "profile skipped: {Mistake}")]
        public static partial void ProfileMistake(ILogger log, string mistake);

        [LoggerMessage(LogLevel.Information, "stopping")]
        public static partial void Stopping(ILogger log);

        [LoggerMessage(LogLevel.Warning, "what an extraction may have left could not be deleted: {Reason}")]
        public static partial void NotSwept(ILogger log, string reason);

        [LoggerMessage(LogLevel.Critical, "a part of the daemon failed, stopping")]
        public static partial void PartFailed(ILogger log, Exception failure);

        [LoggerMessage(LogLevel.Warning, "loader {Name} is neither in {Shipped} nor in {Own}: its clients will not boot; make loaders builds it")]
        public static partial void LoaderMissing(ILogger log, string name, string shipped, string own);
    }
}
