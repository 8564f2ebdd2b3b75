using Appliance.Formats.Link;

namespace Appliance;

/// <summary>What single verbs take besides settings.</summary>
/// <param name="Operand">The image or archive of <c>extract</c>, the hardware address of <c>wake</c> and <c>capture</c>,
/// the file of <c>update</c>, the NAME=VALUE of <c>settings</c>; else null.</param>
/// <param name="Into">The folder of <c>extract --into</c>, the file of <c>capture --into</c>, or null.</param>
/// <param name="Remove">Whether <c>extract --remove</c> was given.</param>
/// <param name="Verify">Whether <c>scan --verify</c> was given.</param>
/// <param name="Confirm">Whether <c>update --confirm</c> was given.</param>
/// <param name="Json">Whether <c>--json</c> was given to a verb that asks the daemon.</param>
internal sealed record VerbArguments(string? Operand, string? Into, bool Remove, bool Verify, bool Confirm = false, bool Json = false)
{
    public static readonly VerbArguments None = new(null, null, false, false);

    /// <summary>The machine that <c>wake</c> and <c>capture</c> are about; none for other verbs.</summary>
    public MacAddress Station => MacAddress.TryParse(Operand, out MacAddress station) ? station : MacAddress.None;

    /// <summary>Takes a verb's own arguments out; the rest are settings.</summary>
    public static (VerbArguments Own, string[] Settings) Take(string verb, string[] arguments, List<string> mistakes)
    {
        VerbArguments own = None;
        var rest = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            bool hasNext = i + 1 < arguments.Length;
            switch (verb, argument)
            {
                case ("scan", "--verify"):
                    own = own with { Verify = true };
                    break;
                case ("extract", "--remove"):
                    own = own with { Remove = true };
                    break;
                case ("extract" or "capture", "--into") when hasNext:
                    own = own with { Into = arguments[++i] };
                    break;
                case ("update", "--confirm"):
                    own = own with { Confirm = true };
                    break;
                case ("images" or "clients" or "settings" or "password", "--json"):
                    own = own with { Json = true };
                    break;
                case ("extract" or "wake" or "capture" or "update" or "settings", _) when !argument.StartsWith('-') && own.Operand is null:
                    own = own with { Operand = argument };
                    break;
                default:
                    rest.Add(argument);
                    if (hasNext && argument.StartsWith("--", StringComparison.Ordinal) && !argument.Contains('=', StringComparison.Ordinal))
                    {
                        // A setting's value.
                        rest.Add(arguments[++i]);
                    }

                    break;
            }
        }

        if (Mistake(verb, own) is { } mistake)
        {
            mistakes.Add(mistake);
        }

        return (own, [.. rest]);
    }

    /// <summary>What is missing or too much, or null.</summary>
    private static string? Mistake(string verb, VerbArguments own) => (verb, own) switch
    {
        ("extract", { Operand: null }) => "extract: name an image, as plugboot scan lists it, or an archive and --into FOLDER",
        ("extract", { Remove: true, Into: not null }) => "extract: --remove is for images, --into for archives: give one of them",
        ("update", _) when own.Operand is null != own.Confirm => "update: name the file of an update, or give --confirm",
        ("wake" or "capture", { Station.IsNone: true } or { Station.IsGroup: true }) =>
            $"{verb}: name a machine by its hardware address, such as 52:54:00:12:34:56",
        ("capture", { Into: null }) => "capture: name the file by --into FILE.pcap",
        _ => null,
    };
}
