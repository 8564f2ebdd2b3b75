using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// Decides what a client loads next: firmware a loader, iPXE the menu. Called by the DHCP server's loop only.
/// </summary>
public sealed class BootPolicy
{
    /// <summary>An iPXE that comes back within this time after it was given our loader is not given it again.</summary>
    private static readonly TimeSpan LoopGuard = TimeSpan.FromMinutes(2);

    /// <summary>Machines remembered by the loop guard; then those whose time is over are forgotten, at last all.</summary>
    private const int MaximumGuarded = 4096;

    private readonly ApplianceOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<PhysicalAddress, long> _loaderGiven = [];

    /// <summary>
    /// Where our files are by HTTP, with the last slash: port 80 without its number where it is served, because firmware
    /// exists that cannot read one. Null when HTTP is not served.
    /// </summary>
    private readonly string? _http;
    private readonly BootFile _menu;
    private readonly BootFile _menuByTftp;
    private readonly Func<string, bool> _isPublished;
    private readonly LoaderChain _chain;
    private readonly Dictionary<(ClientFirmware, bool Http), ImmutableArray<(string Name, BootFile File)>> _loaders = [];

    /// <param name="isPublished">Whether a loaders folder has a file of that name now.</param>
    /// <param name="address">Our address that URLs name; null for the IPv4 one.</param>
    /// <param name="chain">Which loader of a list a machine is given; null: nothing is remembered of machines.</param>
    public BootPolicy(
        ApplianceOptions options, Func<string, bool> isPublished, TimeProvider time, IPAddress? address = null, LoaderChain? chain = null)
    {
        _chain = chain ?? new LoaderChain(memory: null, time);
        _options = options;
        _isPublished = isPublished;
        _time = time;
        _http = options.Http.Ports.IsDefaultOrEmpty ? null : options.BootUrlOf(address ?? options.Network.Address) + "/";
        _menuByTftp = new BootFile("menu.ipxe", isLoader: false);
        _menu = _http is null ? _menuByTftp : new BootFile(_http + "menu.ipxe", isLoader: false);
        AddLoaders(ClientFirmware.Bios, options.Loaders.Bios);
        AddLoaders(ClientFirmware.UefiX64, options.Loaders.UefiX64);
        AddLoaders(ClientFirmware.UefiArm64, options.Loaders.UefiArm64);
        AddLoaders(ClientFirmware.UefiIa32, options.Loaders.UefiIa32);
    }

    /// <summary>
    /// What this client loads next; null when it does not boot from the network, or when there is no loader for it
    /// (<see cref="MissingLoader"/> says which). Tells the same for every message of one exchange.
    /// </summary>
    public BootFile? BootFileFor(NetbootClient client) => client.Stage switch
    {
        ClientStage.Pxe => LoaderFor(client, http: false),
        ClientStage.HttpBoot => LoaderFor(client, http: true),
        ClientStage.Ipxe when _options.Loaders.ChainIpxe && !WasGivenLoader(client) => LoaderFor(client, http: false) ?? MenuFor(client),
        ClientStage.Ipxe => MenuFor(client),
        _ => null,
    };

    /// <summary>
    /// Notes that the client's request was granted with this file. Only then, not when it was offered, the loop guard
    /// begins and loaders are counted, so that offer and acknowledgement tell the same.
    /// </summary>
    public void Granted(NetbootClient client, BootFile? file)
    {
        if (client.Stage is ClientStage.Ipxe)
        {
            _chain.Reached(client.Mac);
        }

        if (file is not { IsLoader: true })
        {
            return;
        }

        if (client.Stage is ClientStage.Pxe or ClientStage.HttpBoot)
        {
            (string Name, BootFile File)[] published = Published(client, client.Stage is ClientStage.HttpBoot);
            string loader = published.FirstOrDefault(item => item.File == file).Name ?? file.Name;
            _chain.Granted(client, loader, isFirst: published.Length > 0 && published[0].File == file);
            return;
        }

        if (_loaderGiven.Count >= MaximumGuarded)
        {
            ForgetOldLoaders();
        }

        _loaderGiven[client.Mac] = _time.GetTimestamp();
    }

    /// <summary>
    /// For a client that wants to boot and cannot be given a loader: what it is and what to do about it. Null for others.
    /// </summary>
    public string? MissingLoader(NetbootClient client)
    {
        if (client.Stage is ClientStage.None or ClientStage.Ipxe || BootFileFor(client) is not null)
        {
            return null;
        }

        return client.Firmware switch
        {
            ClientFirmware.UefiIa32 => "32-bit UEFI has no loader: put an ia32 iPXE into the loaders folder and name it by loader-uefi-ia32",
            ClientFirmware.UefiArm32 => "32-bit ARM UEFI has no loader: boot this machine another way",
            ClientFirmware.Unknown => "unknown architecture: switch its firmware to UEFI x64, ARM64 or legacy BIOS network boot",
            _ => "HTTP boot needs the HTTP server: give http-ports a port, or switch its firmware to PXE",
        };
    }

    /// <summary>
    /// The first that is there, or the one that its machine was found to need; of none the last, so that the client's request
    /// is seen in the log.
    /// </summary>
    private BootFile? LoaderFor(NetbootClient client, bool http)
    {
        if (!_loaders.TryGetValue((client.Firmware, http), out ImmutableArray<(string Name, BootFile File)> loaders))
        {
            return null;
        }

        (string Name, BootFile File)[] published = Published(client, http);
        string? chosen = _chain.Choose(client, [.. published.Select(static item => item.Name)]);
        return chosen is null ? loaders[^1].File : published.First(item => item.Name == chosen).File;
    }

    private (string Name, BootFile File)[] Published(NetbootClient client, bool http) =>
        _loaders.TryGetValue((client.Firmware, http), out ImmutableArray<(string Name, BootFile File)> loaders)
            ? [.. loaders.Where(item => _isPublished(item.Name))]
            : [];

    private BootFile MenuFor(NetbootClient client) => client.IpxeHasHttp ? _menu : _menuByTftp;

    private bool WasGivenLoader(NetbootClient client) =>
        _loaderGiven.TryGetValue(client.Mac, out long when) && _time.GetElapsedTime(when) < LoopGuard;

    private void ForgetOldLoaders()
    {
        foreach ((PhysicalAddress mac, long when) in _loaderGiven)
        {
            if (_time.GetElapsedTime(when) >= LoopGuard)
            {
                _loaderGiven.Remove(mac);
            }
        }

        if (_loaderGiven.Count >= MaximumGuarded)
        {
            _loaderGiven.Clear();
        }
    }

    private void AddLoaders(ClientFirmware firmware, ImmutableArray<string> names)
    {
        if (names.IsEmpty)
        {
            return;
        }

        _loaders[(firmware, false)] = [.. names.Select(static name => (name, new BootFile(name, isLoader: true)))];
        if (_http is not null)
        {
            _loaders[(firmware, true)] = [.. names.Select(name => (name, new BootFile(_http + name, isLoader: true)))];
        }
    }
}
