using System.Text.Json.Serialization;

namespace Appliance.Boot.Profiles;

/// <summary>
/// What is known of one distribution, as its file says it (docs/profiles.md). Properties that a profile leaves out are
/// those of its base.
/// </summary>
public sealed class BootProfile
{
    /// <summary>Unique name; a file of the user's with the same one takes the shipped one's place.</summary>
    [JsonRequired]
    public string Id { get; set; } = "";

    /// <summary>What the image is, in words for people.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>Profile whose conditions also apply and whose other properties fill those that are left out.</summary>
    public string? Base { get; set; }

    /// <summary>Among profiles that match the highest wins; then the one with the most conditions.</summary>
    public int? Priority { get; set; }

    /// <summary>What must be true of an image; all of it.</summary>
    public List<ProfileCondition> Detect { get; set; } = [];

    /// <summary>Volume labels that such images usually have. A hint: it decides between equals, and names what nothing else does.</summary>
    public List<string> Labels { get; set; } = [];

    /// <summary>File names that such images usually have; the weakest hint.</summary>
    public List<string> Names { get; set; } = [];

    /// <summary>Where the release stands, the best place first.</summary>
    public List<ReleaseSource>? Release { get; set; }

    /// <summary>Kernels, the best first; of several files that match a pattern the newest is taken.</summary>
    public List<string>? Kernel { get; set; }

    /// <summary>Initial RAM disks, the best first; <c>{version}</c> is what the kernel's pattern left open.</summary>
    public List<string>? Initrd { get; set; }

    /// <summary>Parameters of the image's own menu: what <c>{own}</c> means.</summary>
    public OwnParameters? Own { get; set; }

    /// <summary>Whether the kernel is signed, so that Secure Boot lets it run by the image's own shim.</summary>
    public bool? SecureBoot { get; set; }

    /// <summary>How this family is installed without questions.</summary>
    public AutoInstallKind? AutoInstall { get; set; }

    /// <summary>What its user should know before it starts.</summary>
    public string? Note { get; set; }

    /// <summary>Ways of starting it, the best first.</summary>
    public List<ProfileWay> Ways { get; set; } = [];
}

/// <summary>One thing that must be true of an image; where several properties are given, all of them.</summary>
public sealed class ProfileCondition
{
    /// <summary>One of these patterns names something in the image.</summary>
    public List<string>? Path { get; set; }

    /// <summary>A text file in which one of <see cref="Contains"/> stands.</summary>
    public string? File { get; set; }

    /// <summary>Words that are looked for without regard to case.</summary>
    public List<string>? Contains { get; set; }

    /// <summary>One of these patterns is the volume label's.</summary>
    public List<string>? Label { get; set; }

    /// <summary>Release, such as <c>&gt;=24.04</c>. One that is not known counts as newer than all others.</summary>
    public string? Release { get; set; }

    /// <summary>A word of the own menu's parameters that fits one of these patterns.</summary>
    public List<string>? Own { get; set; }

    /// <summary>One of these is true.</summary>
    public List<ProfileCondition>? Any { get; set; }

    /// <summary>None of these is true.</summary>
    public List<ProfileCondition>? None { get; set; }
}

/// <summary>A place where an image tells its release.</summary>
public sealed class ReleaseSource
{
    /// <summary>A text file; the volume label where none is named.</summary>
    public string? File { get; set; }

    /// <summary>The release is the first number behind this word; the first number at all where it is empty.</summary>
    public string After { get; set; } = "";
}

/// <summary>What is taken from the parameters that the image's own menu starts its kernel with.</summary>
public sealed class OwnParameters
{
    /// <summary>Patterns of words that are left out.</summary>
    public List<string> Drop { get; set; } = [];

    /// <summary>The parameters where the menu has none for this kernel.</summary>
    public string Default { get; set; } = "";
}

/// <summary>One way of starting an image of a profile.</summary>
public sealed class ProfileWay
{
    [JsonRequired]
    public string Id { get; set; } = "";

    /// <summary>What is done, in words for people.</summary>
    [JsonRequired]
    public string Title { get; set; } = "";

    public WayMethod Method { get; set; }

    /// <summary>When this way exists; all of it.</summary>
    public List<ProfileCondition> When { get; set; } = [];

    /// <summary>Firmware that it works with; empty for all that its kernel runs on.</summary>
    public List<ClientFirmware> Firmware { get; set; } = [];

    /// <summary>Instead of the profile's.</summary>
    public List<string>? Kernel { get; set; }

    /// <summary>Instead of the profile's.</summary>
    public List<string>? Initrd { get; set; }

    /// <summary>Further files that the kernel gets, each under a name.</summary>
    public List<WayFile> Files { get; set; } = [];

    /// <summary>Template of the kernel's parameters.</summary>
    public string Parameters { get; set; } = "";

    /// <summary>What the started system copies before it is up: patterns, <c>{iso}</c> or <c>{slim}</c>.</summary>
    public List<string> Fetches { get; set; } = [];

    /// <summary>What must be in the image beside kernel, RAM disk and files.</summary>
    public List<string> Needs { get; set; } = [];

    /// <summary>What must be in its initial RAM disk. One that cannot be read is believed to have it.</summary>
    public List<InitrdNeed> InitrdNeeds { get; set; } = [];

    /// <summary>What must not be in it: the way is for RAM disks that lack that. One that cannot be read is believed to have it.</summary>
    public List<string> InitrdLacks { get; set; } = [];

    public WayMemory Memory { get; set; } = new();

    /// <summary>Instead of the profile's.</summary>
    public string? Note { get; set; }
}

/// <summary>Something that an initial RAM disk must hold.</summary>
public sealed class InitrdNeed
{
    /// <summary>Pattern of its path, without a slash at its start; <c>*</c> goes over slashes.</summary>
    [JsonRequired]
    public string File { get; set; } = "";

    /// <summary>What is said of an image whose RAM disk lacks it.</summary>
    [JsonRequired]
    public string Otherwise { get; set; } = "";
}

/// <summary>A file given to the kernel under a name of its own.</summary>
public sealed class WayFile
{
    /// <summary>A pattern, or <c>{iso}</c>.</summary>
    [JsonRequired]
    public string File { get; set; } = "";

    /// <summary>The name; empty keeps the file's own, below <c>/</c>.</summary>
    public string As { get; set; } = "";
}

/// <summary>How much memory a way needs: <see cref="Mib"/> and <see cref="Times"/> times all that is copied.</summary>
public sealed class WayMemory
{
    public int Mib { get; set; } = 256;

    public double Times { get; set; } = 1;
}

/// <summary>What starts the kernel.</summary>
public enum WayMethod
{
    [JsonStringEnumMemberName("linux")]
    Linux,

    /// <summary>Programs for UEFI: each file that matches is one.</summary>
    [JsonStringEnumMemberName("efi")]
    Efi,

    /// <summary>The image as a disc of the firmware.</summary>
    [JsonStringEnumMemberName("sanboot")]
    SanBoot,

    /// <summary>A floppy image through MEMDISK.</summary>
    [JsonStringEnumMemberName("memdisk-floppy")]
    MemdiskFloppy,

    /// <summary>The whole image through MEMDISK.</summary>
    [JsonStringEnumMemberName("memdisk-iso")]
    MemdiskIso,

    [JsonStringEnumMemberName("wimboot")]
    Wimboot,

    /// <summary>ESXi's loaders: each file that matches is one, for UEFI or, with the ending <c>.c32</c>, for BIOS.</summary>
    [JsonStringEnumMemberName("esxi")]
    Esxi,
}

/// <summary>The kind of answer file that an installer reads.</summary>
public enum AutoInstallKind
{
    [JsonStringEnumMemberName("preseed")]
    Preseed,
    [JsonStringEnumMemberName("kickstart")]
    Kickstart,
    [JsonStringEnumMemberName("cloud-init")]
    CloudInit,
    [JsonStringEnumMemberName("autoyast")]
    AutoYast,
    [JsonStringEnumMemberName("agama")]
    Agama,
    [JsonStringEnumMemberName("unattend")]
    Unattend,
    [JsonStringEnumMemberName("proxmox")]
    Proxmox,
}
