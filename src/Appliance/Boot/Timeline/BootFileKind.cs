using Appliance.Boot.AutoInstall;

namespace Appliance.Boot.Timeline;

/// <summary>What a published path means in a boot.</summary>
public static class BootFileKind
{
    /// <summary>A menu or one of its parts, in iPXE's or GRUB's language.</summary>
    public static bool IsMenu(string path) => !IsPayload(path)
        && (path.EndsWith(".ipxe", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".cfg", StringComparison.OrdinalIgnoreCase));

    /// <summary>The menu that a loader shows: not the script by which it finds that.</summary>
    public static bool IsMachineMenu(string path) =>
        path.StartsWith("/menu", StringComparison.Ordinal) || path.StartsWith("/grub/menu-", StringComparison.Ordinal)
        || path.StartsWith("/grub/secure-", StringComparison.Ordinal);

    /// <summary>A file out of an image, an image, or what its kernel or installer is given besides.</summary>
    public static bool IsPayload(string path) =>
        path.StartsWith("/boot/", StringComparison.Ordinal) || IsWholeImage(path) || path == "/memdisk"
        || path.StartsWith(InjectedPlan.Folder, StringComparison.Ordinal) || path.StartsWith(AnswerFiles.Folder, StringComparison.Ordinal);

    /// <summary>An image as it is.</summary>
    public static bool IsWholeImage(string path) =>
        path.StartsWith("/isos/", StringComparison.Ordinal) || path.StartsWith("/slim/", StringComparison.Ordinal);

    public static bool IsLoader(string path) => !IsMenu(path) && !IsPayload(path);

    public static bool IsShim(string path) => IsLoader(path) && path.Contains("shim", StringComparison.OrdinalIgnoreCase);

    public static bool IsGrub(string path) => IsLoader(path) && Path.GetFileName(path).StartsWith("grub", StringComparison.OrdinalIgnoreCase)
        && path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase);

    /// <summary>An EFI program that no shim stands before: iPXE as Debian builds it is not signed.</summary>
    public static bool IsUnsignedEfi(string path) =>
        IsLoader(path) && path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase) && !IsShim(path) && !IsGrub(path);
}
