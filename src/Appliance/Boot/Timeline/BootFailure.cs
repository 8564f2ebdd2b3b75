using System.Collections.Immutable;
using System.Globalization;

namespace Appliance.Boot.Timeline;

/// <summary>Which step of a script failed, as the client reports it: words of ours, looked up, never its own text.</summary>
/// <param name="Part">One of the parts of <see cref="Parts"/>.</param>
/// <param name="Errno">iPXE's error number; null: GRUB, which has none, or an iPXE that does not tell.</param>
public sealed record BootFailure(string Part, uint? Errno)
{
    public const string Kernel = "kernel";
    public const string RamDisk = "ramdisk";
    public const string Disc = "disc";
    public const string Start = "start";

    /// <summary>The parts, with what is said on the client's screen and what to try there.</summary>
    public static readonly ImmutableArray<(string Part, string Text, string Remedy)> Parts =
    [
        (Kernel, "its kernel could not be fetched", "check the cable, and whether the image is whole"),
        (RamDisk, "its RAM disk or a file for it could not be fetched", "choose a way that needs less memory, or check the cable"),
        (Disc, "it could not be started as a disc", "choose another way of starting it"),
        (Start, "it was fetched and could not be started", "choose another way of starting it, or switch Secure Boot off"),
    ];

    /// <summary>
    /// The highest byte of iPXE's error numbers, which is POSIX' error (src/include/errno.h, __einfo_errno), with what it means
    /// here and what to do.
    /// </summary>
    private static readonly ImmutableArray<(byte Posix, string Text, string Remedy)> Errors =
    [
        (0x02, "permission denied", "Secure Boot refuses it: switch Secure Boot off"),
        (0x0F, "the connection was reset", "try another cable and another port"),
        (0x1D, "it could not be read", "copy the image anew; if others fail too, replace the card"),
        (0x2D, "there is no such file", "the library has changed since the menu was shown: go back to the menu and choose again"),
        (0x2E, "no program for this firmware", "it is for another kind of firmware: choose another way of starting it"),
        (0x31, "out of memory", "choose the way that reads over the network (NFS), or give the machine more memory"),
        (0x3C, "not supported", "choose another way of starting it"),
        (0x41, "not permitted", "Secure Boot refuses it: switch Secure Boot off"),
        (0x4C, "timed out", "try another cable and another port"),
        (0x7F, "its firmware refused it", "choose another way of starting it, or switch Secure Boot off"),
    ];

    /// <summary>What happened, in words.</summary>
    public string Text => Errno is not { } errno ? Parts.First(IsMine).Text
        : string.Create(CultureInfo.InvariantCulture, $"{Parts.First(IsMine).Text} ({Cause?.Text ?? "iPXE's error"}, https://ipxe.org/{errno:x8})");

    /// <summary>What to do.</summary>
    public string Remedy => Cause?.Remedy ?? Parts.First(IsMine).Remedy;

    private (byte Posix, string Text, string Remedy)? Cause => Errors.Any(IsCause) ? Errors.First(IsCause) : null;

    /// <summary>Reads <c>{part}-{errno}</c>; null when it is none.</summary>
    /// <param name="text">The number is of eight hexadecimal digits, or empty, or <c>grub</c>.</param>
    public static BootFailure? TryParse(string text)
    {
        const int Digits = 8;
        string[] words = text.Split('-');
        if (words.Length != 2 || !Parts.Any(item => item.Part == words[0]))
        {
            return null;
        }

        bool hasNumber = words[1].Length == Digits
            & uint.TryParse(words[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint errno);
        return hasNumber ? new BootFailure(words[0], errno)
            : words[1] is "" or "grub" ? new BootFailure(words[0], null)
            : null;
    }

    private bool IsMine((string Part, string Text, string Remedy) item) => item.Part == Part;

    private bool IsCause((byte Posix, string Text, string Remedy) item) => item.Posix == Errno >> 24;
}
