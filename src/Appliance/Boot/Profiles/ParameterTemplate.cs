using System.Text;

namespace Appliance.Boot.Profiles;

/// <summary>
/// Kernel parameters with variables in braces. The set of variables is closed, so that a misspelt one is a mistake in the
/// profile and not a parameter for the kernel. <c>{version}</c> may stand inside another one.
/// </summary>
internal static class ParameterTemplate
{
    /// <summary>Variables without an argument.</summary>
    public static readonly string[] Plain =
        ["server", "address", "iso", "slim", "root", "nfs", "label", "release", "dir", "top", "version", "own", "bootif"];

    /// <summary>Variables that take a pattern: <c>{url:live/*.squashfs}</c>.</summary>
    public static readonly string[] WithPattern = ["url", "path"];

    /// <summary>What is wrong with the template, or null.</summary>
    public static string? FindMistake(string template)
    {
        if (template.Contains("${", StringComparison.Ordinal) || template.Any(char.IsControl))
        {
            return "parameters hold neither ${ nor control characters";
        }

        string? mistake = null;
        bool closed = Read(template.Replace("{version}", "", StringComparison.Ordinal), variable =>
        {
            string name = variable.Split(':', 2)[0];
            bool known = variable.Contains(':', StringComparison.Ordinal) ? WithPattern.Contains(name) : Plain.Contains(name);
            mistake ??= known ? null
                : $"{{{variable}}} is no variable; there are: {string.Join(", ", Plain)}, {string.Join(", ", WithPattern.Select(static word => word + ":PATTERN"))}";
            return "";
        }) is not null;
        return closed ? mistake : "a brace is not closed";
    }

    /// <summary>Puts values in. The template has no mistakes.</summary>
    /// <param name="template">The template.</param>
    /// <param name="version">Value of <c>{version}</c>.</param>
    /// <param name="value">Gives the value of any other variable, argument included.</param>
    public static string Expand(string template, string version, Func<string, string> value) =>
        string.Join(' ', Read(template.Replace("{version}", version, StringComparison.Ordinal), value)!
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether a value can stand in a word of a command line that loaders and kernels split at blanks.</summary>
    public static bool IsOneWord(string value) => !value.Contains("${", StringComparison.Ordinal)
        && !value.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\ufffd');

    /// <summary>The label as udev writes it, and kernels' initial RAM disks look for it: <c>\x20</c> for a blank.</summary>
    public static string UdevName(string label)
    {
        var text = new StringBuilder();
        foreach (char c in label)
        {
            bool plain = char.IsAsciiLetterOrDigit(c) || "#+-.:=@_".Contains(c, StringComparison.Ordinal) || c >= 0x80;
            text.Append(plain ? c.ToString() : $"\\x{(int)c:x2}");
        }

        return text.ToString();
    }

    private static string? Read(string template, Func<string, string> value)
    {
        var text = new StringBuilder();
        int at = 0;
        while (at < template.Length)
        {
            int open = template.IndexOf('{', at);
            if (open < 0)
            {
                break;
            }

            int close = template.IndexOf('}', open);
            if (close < 0)
            {
                return null;
            }

            text.Append(template, at, open - at).Append(value(template[(open + 1)..close]));
            at = close + 1;
        }

        return text.Append(template, at, template.Length - at).ToString();
    }
}
