using Appliance.Options;

namespace Appliance;

/// <summary>What single verbs take besides settings.</summary>
/// <param name="Operand">The image or archive of <c>extract</c>; else null.</param>
/// <param name="Into">The folder of <c>extract --into</c>, or null.</param>
/// <param name="Remove">Whether <c>extract --remove</c> was given.</param>
/// <param name="Verify">Whether <c>scan --verify</c> was given.</param>
internal sealed record VerbArguments(string? Operand, string? Into, bool Remove, bool Verify)
{
    public static readonly VerbArguments None = new(null, null, false, false);

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
                case ("extract", "--into") when hasNext:
                    own = own with { Into = arguments[++i] };
                    break;
                case ("extract", _) when !argument.StartsWith('-') && own.Operand is null:
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

        if (verb is "extract" && own.Operand is null)
        {
            mistakes.Add("extract: name an image, as plugboot scan lists it, or an archive and --into FOLDER");
        }
        else if (own is { Remove: true, Into: not null })
        {
            mistakes.Add("extract: --remove is for images, --into for archives: give one of them");
        }

        return (own, [.. rest]);
    }
}
