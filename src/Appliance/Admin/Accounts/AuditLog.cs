using System.Globalization;
using System.Net;
using Appliance.Catalog;
using Appliance.Options;

namespace Appliance.Admin.Accounts;

/// <summary>Writes down who did what. It was done all the same where the disk fails: the log has it then.</summary>
internal sealed partial class AuditLog(AccountTable table, TimeProvider time, ILogger log)
{
    public void Add(Caller caller, IPAddress address, string action, string target)
    {
        LogAction(log, caller.Name, address, action, Printable.Text(target));
        string at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        try
        {
            table.AddAudit(at, caller.Name, address.ToString(), action, Printable.Text(target));
        }
        catch (IOException failure)
        {
            LogNotKept(log, failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Account} from {Address}: {Action} {Target}")]
    private static partial void LogAction(ILogger log, string account, IPAddress address, string action, string target);

    [LoggerMessage(LogLevel.Error, "the audit log is not kept: {Reason}")]
    private static partial void LogNotKept(ILogger log, string reason);
}
