namespace Appliance.Images;

/// <summary>Media types of what clients fetch.</summary>
public static class MediaType
{
    /// <summary>Anything else: bytes.</summary>
    public const string Binary = "application/octet-stream";

    /// <summary>Scripts and settings that iPXE, GRUB and people read.</summary>
    public const string Text = "text/plain; charset=utf-8";

    /// <summary>An ISO 9660 image.</summary>
    public const string Disc = "application/vnd.efi-iso";

    /// <summary>
    /// The type for a file of that name. UEFI HTTP boot decides by it what it got: a program, a disc or a disk
    /// (UEFI 2.10 §24.7.3.2, IANA application/efi and vnd.efi-*).
    /// </summary>
    public static string Of(string name) => Path.GetExtension(name.AsSpan()) switch
    {
        var extension when extension.Equals(".efi", StringComparison.OrdinalIgnoreCase) => "application/efi",
        var extension when extension.Equals(".iso", StringComparison.OrdinalIgnoreCase) => Disc,
        var extension when extension.Equals(".img", StringComparison.OrdinalIgnoreCase) => "application/vnd.efi-img",
        _ => Binary,
    };
}
