namespace Appliance.E2E.Rig;

/// <summary>The images of the sample library, by the names that the menu and its URLs use.</summary>
internal static class SampleLibrary
{
    public const string InstallerAmd64 = "debian-12-amd64-netinst.iso";
    public const string InstallerArm64 = "debian-12-arm64-netinst.iso";

    /// <summary>Five megabytes, in a group of its own.</summary>
    public const string GrubRescue = "tools/grub-rescue.iso";

    public const string Memtest = "tools/memtest86plus-x64.iso";

    /// <summary>In a library of its own, <see cref="LiveMedia"/>.</summary>
    public const string Live = "debian-live.iso";

    /// <summary>Its own menu mounts it by NFS.</summary>
    public const string LiveByNfs = "debian-live-nfs.iso";

    public static string LiveMedia => Path.Combine(Path.GetDirectoryName(Repository.Media)!, "live");

    /// <summary>Its own menu hands dracut the file system inside it (<c>root=live:</c>); in <see cref="DracutMedia"/>.</summary>
    public const string Dracut = "debian-dracut.iso";

    /// <summary>Its own menu hands dracut the whole image.</summary>
    public const string DracutWhole = "debian-dracut-iso.iso";

    public static string DracutMedia => Path.Combine(Path.GetDirectoryName(Repository.Media)!, "dracut");

    /// <summary>The installer with an archive of what it loads (<c>/archive</c>); in <see cref="PreseedMedia"/>.</summary>
    public const string Preseed = "debian-preseed.iso";

    public static string PreseedMedia => Path.Combine(Path.GetDirectoryName(Repository.Media)!, "preseed");

    /// <summary>Makes sure that the parts are built: amd64, arm64, tools, preseed, live, dracut.</summary>
    public static Task BuildAsync(params string[] parts) =>
        HostCommand.RunAsync(Repository.Script("tests/rig/sample-library.sh"), parts);

    public static string PathOf(string image) => Path.Combine(Repository.Media, "isos", image);
}
