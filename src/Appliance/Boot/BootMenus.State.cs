using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>What menus are written out of, and what writes them.</summary>
public sealed partial class BootMenus
{
    /// <summary>One state of the library with what was made of it.</summary>
    private sealed class State(
        Dictionary<LibraryImage, BootPlan?> plans, Dictionary<string, ImmutableArray<string>> signers, MenuRecords records, BootServices services,
        MenuOptions options, DateTimeOffset made)
    {
        private readonly ScriptSet _scripts = new(services.Server, options);
        private readonly ScriptSet? _scriptsIpv6 = services.ServerIpv6 is { } server ? new ScriptSet(server, options) : null;

        public MenuRecords Records => records;

        public MenuOptions Options => options;

        public FrozenDictionary<LibraryImage, BootPlan?> Plans { get; } = plans.ToFrozenDictionary();

        public IEnumerable<(LibraryImage Image, BootPlan? Plan)> Images => Plans.Select(static item => (item.Key, item.Value));

        public DateTimeOffset Made { get; } = made;

        /// <summary>The scripts for a client at that address.</summary>
        public ScriptSet For(IPAddress? client) =>
            client?.AddressFamily == AddressFamily.InterNetworkV6 && _scriptsIpv6 is not null ? _scriptsIpv6 : _scripts;

        /// <summary>What each token in a report stands for. Made when the first report comes.</summary>
        public Lazy<FrozenDictionary<string, BootChoice>> Choices { get; } = new(() => ChoicesOf(plans));

        /// <summary>Names in the signature of a program, by its published path.</summary>
        public ImmutableArray<string> SignersOf(string program) => signers.TryGetValue(program, out ImmutableArray<string> names) ? names : [];
    }

    /// <summary>What writes scripts that name one of the box's addresses, and those that it wrote.</summary>
    private sealed class ScriptSet(string server, MenuOptions options)
    {
        public string Server => server;

        public IpxeMenu Ipxe { get; } = new(server, options);

        public GrubMenu Grub { get; } = new(server, options);

        public ConcurrentDictionary<ClientMachine, byte[]> Menus { get; } = new();

        /// <summary>By firmware and the signers that it trusts; none where Secure Boot is off.</summary>
        public ConcurrentDictionary<(ClientFirmware Firmware, FrozenSet<string> Trusted), byte[]> GrubMenus { get; } = new();
    }
}
