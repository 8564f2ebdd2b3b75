using Appliance.Interop;

namespace Appliance.Doctor;

/// <summary>Whether the daemon can keep what it must remember over a restart.</summary>
internal static class StateCheck
{
    private const string Subject = "state";

    public static DoctorCheck Run(string folder)
    {
        if (SqliteDatabase.MissingLibrary() is { } missing)
        {
            return Warning(missing + ": leases are lost at each restart", "apt-get install libsqlite3-0");
        }

        if (!Directory.Exists(folder))
        {
            return Warning($"{folder} does not exist", "it is made when the daemon starts, if that may write there; or change state");
        }

        try
        {
            using FileStream probe = File.Create(Path.Combine(folder, ".doctor"), 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            return new DoctorCheck(Subject, DoctorVerdict.Ok, $"{folder} can be written");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Warning(
                $"{refused.Message}: leases are lost at each restart", "free some space, or give the service's user write permission");
        }
    }

    private static DoctorCheck Warning(string finding, string remedy) => new(Subject, DoctorVerdict.Warning, finding, remedy);
}
