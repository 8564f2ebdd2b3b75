namespace Appliance.Doctor;

/// <summary>Writes what the doctor found, for a person.</summary>
public static class DoctorReport
{
    /// <summary>Prints every check; returns the exit status: 1 when there is a problem.</summary>
    public static int Print(IEnumerable<DoctorCheck> checks, TextWriter output)
    {
        int problems = 0;
        foreach (DoctorCheck check in checks)
        {
            string verdict = check.Verdict switch { DoctorVerdict.Ok => "ok     ", DoctorVerdict.Warning => "warning", _ => "PROBLEM" };
            output.WriteLine($"{verdict}  {check.Subject}: {check.Finding}");
            if (check.Remedy is not null)
            {
                output.WriteLine($"         -> {check.Remedy}");
            }

            problems += check.Verdict is DoctorVerdict.Problem ? 1 : 0;
        }

        output.WriteLine(problems == 0 ? "Ready to serve." : $"{problems} problems; serving will not work until they are solved.");
        return problems == 0 ? 0 : 1;
    }
}
