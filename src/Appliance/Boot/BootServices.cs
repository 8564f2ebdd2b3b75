using Appliance.Images;
using Appliance.Images.Injection;

namespace Appliance.Boot;

/// <summary>Length of an image's slim form (<c>/slim/{image}.iso</c>, only what the system needs to start), or null when it has none.</summary>
public delegate long? SlimLength(LibraryImage image);

/// <summary>What this box offers beside its images: some ways of booting need it.</summary>
/// <param name="Server">Base URL of the boot plane, without a slash at its end.</param>
public sealed record BootServices(string Server)
{
    /// <summary>Address of the box.</summary>
    public string Address => new Uri(Server).Host;

    /// <summary>
    /// The same URL for loaders that came by IPv6; null where it is not served. Only loaders use it: what they start asks for an
    /// IPv4 address (<c>ip=dhcp</c>), because most distributions' initramfs know nothing else.
    /// </summary>
    public string? ServerIpv6 { get; init; }

    /// <summary>Whether images can be mounted by NFS.</summary>
    public bool Nfs { get; init; } = true;

    /// <summary>Tells whether an image has a slim form; by default none has.</summary>
    public SlimLength SlimLength { get; init; } = static _ => null;

    /// <summary>Whether a loader of that file name is published.</summary>
    public Func<string, bool> HasLoader { get; init; } = static _ => false;

    /// <summary>The owner's files that go into initial RAM file systems.</summary>
    public Injections Injections { get; init; } = Injections.None;

    /// <summary>Folder where the owner puts loaders; for messages.</summary>
    public string OwnLoaders { get; init; } = "loaders";
}
