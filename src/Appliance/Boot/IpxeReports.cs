using Appliance.Boot.Timeline;
using Appliance.Formats.Ipxe;

namespace Appliance.Boot;

/// <summary>
/// Writes, in iPXE's language, what a script reports of itself (<see cref="BootReports"/>) and what it says where a step fails.
/// </summary>
/// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
internal sealed class IpxeReports(string server)
{
    private const string Failed = "failed";

    /// <summary>
    /// Milliseconds that a report may take: no boot waits longer for a server that has just sent it a menu.
    /// </summary>
    private const int TimeoutMilliseconds = 2000;

    /// <summary>The label for where that part failed.</summary>
    public static string LabelOf(string part) => $"{Failed}-{part}";

    /// <summary>
    /// Reports a step. A report that fails is passed over, and one that succeeds leaves no image: a kernel would be given it as a
    /// RAM disk.
    /// </summary>
    public void Write(IpxeScript script, string step) =>
        script.Line($"imgfetch --timeout {TimeoutMilliseconds} --name report {server}{BootReports.Path}/{step} && imgfree report ||");

    /// <summary>
    /// What is said and reported where a part of a way failed; the setting <c>way</c> names the way. The error is asked for
    /// first: each command that fails replaces it.
    /// </summary>
    /// <param name="back">Label of the menu.</param>
    public void WriteFailures(IpxeScript script, string back)
    {
        foreach ((string part, string text, string remedy) in BootFailure.Parts)
        {
            script.Label(LabelOf(part)).Line("set error ${errno:hexraw} ||")
                .Echo("")
                .Echo($"That did not work: {text}. Try: {remedy}.")
                .Line($"set part {part}")
                .Goto(Failed);
        }

        script.Label(Failed)
            .Echo("The lines above say more; so does the box's page.");
        Write(script, "failed/${way}/${part}-${error}");
        script.Line("imgfree")
            .Line($"prompt --timeout 20000 Press a key to go back to the menu. || goto {back}")
            .Goto(back);
    }
}
