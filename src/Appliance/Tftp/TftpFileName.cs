using System.Diagnostics.CodeAnalysis;
using System.Text;
using Appliance.Boot;

namespace Appliance.Tftp;

/// <summary>The file name of a request, as firmware spells it.</summary>
public static class TftpFileName
{
    /// <summary>Longest name that is looked up, in bytes: the DHCP option that carries it holds no more.</summary>
    public const int MaxLength = 255;

    /// <summary>
    /// The path to look up. Backslashes are slashes (Windows' boot manager asks <c>\Boot\BCD</c>); 0xff at the end is
    /// dropped (ROMs that take DHCP's end option for a part of the name). False for what no published name can be.
    /// </summary>
    public static bool TryToPath(ReadOnlySpan<byte> name, [NotNullWhen(true)] out string? path)
    {
        path = null;
        name = name.TrimEnd((byte)0xff);
        return name.Length <= MaxLength && BootPath.TryNormalize(Encoding.UTF8.GetString(name).Replace('\\', '/'), out path);
    }

    /// <summary>The name for logs: at most <see cref="MaxLength"/> characters, none of them a control character.</summary>
    public static string ToLogText(ReadOnlySpan<byte> name)
    {
        string text = Encoding.UTF8.GetString(name[..Math.Min(name.Length, MaxLength)]);
        return string.Create(text.Length, text, static (safe, source) =>
        {
            for (int i = 0; i < safe.Length; i++)
            {
                safe[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        });
    }
}
