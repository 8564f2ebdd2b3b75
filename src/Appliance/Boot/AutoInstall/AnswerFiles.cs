using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Appliance.Boot.Profiles;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Boot.AutoInstall;

/// <summary>
/// The answer files that clients fetch: <c>/autoinstall/{image}/{file}</c>, made for the very client that asks. Answers may hold
/// passwords: only those are readable that this client would install that image by, and only by the name of their kind.
/// </summary>
internal sealed class AnswerFiles(ImageLibrary library, BootMenus menus, BootClients clients)
{
    /// <summary>Published folder of all answers.</summary>
    public const string Folder = "/autoinstall/";

    /// <summary>How Windows PE is told what to start; wimboot puts it into System32, where Windows PE looks for it.</summary>
    public const string SetupStart = "winpeshl.ini";

    /// <summary>Setup itself looks for answers on disks and sticks, but not where wimboot can put them.</summary>
    private const string SetupStartContent =
        "[LaunchApps]\r\n%SYSTEMROOT%\\System32\\wpeinit.exe\r\n%SYSTEMDRIVE%\\setup.exe, /unattend:%SYSTEMROOT%\\System32\\autounattend.xml\r\n";

    /// <summary>Opens one; null when this client has none of that name.</summary>
    /// <param name="path">What follows <see cref="Folder"/>: <c>{image}/{file}</c>.</param>
    /// <param name="address">Who asks.</param>
    /// <exception cref="NotPublishedException">The client is not known well enough; the message says so.</exception>
    public Payload? TryOpen(string path, IPAddress address)
    {
        if (!library.Current.TrySplit(path, out LibraryImage? image, out string file) || menus.PlanOf(image)?.AutoInstall is not { } kind)
        {
            return null;
        }

        AnswerFormat format = AnswerFormat.Of(kind);
        PhysicalAddress? client = clients.Find(address)?.Mac;
        MenuRecords records = menus.Records;
        ImageRecord record = records.Image(image.RelativePath);
        bool isShown = MenuRecords.Shows(record, records.Particular(client))
            && records.ShowsGroup(record.Group?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [.. image.Group]);
        AnswerRecord? answer = records.AnswerFor(image.RelativePath, format.Word, client is null ? null : ClientRecord.MacOf(client));
        string? text = !isShown || answer is null ? null : file switch
        {
            _ when file == format.File => AnswerTemplate.Expand(
                answer.Content, format.Language, AnswerValues.Of(image, records, client, address, menus.Server)),
            SetupStart when kind is AutoInstallKind.Unattend => SetupStartContent,

            // NoCloud wants both beside user-data; another instance-id makes cloud-init run anew.
            "meta-data" when kind is AutoInstallKind.CloudInit => $"instance-id: plugboot-{answer.Id}\n",
            "vendor-data" when kind is AutoInstallKind.CloudInit => "",
            _ => null,
        };
        return text is null ? null : Payload.FromMemory(Encoding.UTF8.GetBytes(text), menus.Made, MediaType.Text);
    }
}
