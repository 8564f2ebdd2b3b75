using System.Text;
using Appliance.Boot;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Formats.Pxe;
using Appliance.Options;

namespace Appliance.Dhcp;

/// <summary>Chooses the options of replies and their order.</summary>
internal sealed class DhcpReplyOptions
{
    /// <summary>A lease without end (RFC 2131 §3.3).</summary>
    public const uint Infinity = uint.MaxValue;

    private readonly DhcpSubnet _subnet;
    private readonly DhcpCustomOption[] _custom;
    private readonly Ipv4Address? _dnsServer;
    private readonly byte[]? _domainName;
    private readonly byte[] _serverName;

    public DhcpReplyOptions(DhcpOptions options, DhcpSubnet subnet)
    {
        _subnet = subnet;
        _custom = [.. options.Options];
        _dnsServer = options.DnsServer is { } dns ? DhcpSubnet.From(dns) : null;
        _domainName = options.DomainName is { } domain ? Encoding.ASCII.GetBytes(domain) : null;
        _serverName = Encoding.ASCII.GetBytes(subnet.Server.ToString());
    }

    /// <summary>Sent whether the client asks for it or not, after what it asks for.</summary>
    private static ReadOnlySpan<byte> Unasked =>
    [
        (byte)DhcpOptionCode.SubnetMask,
        (byte)DhcpOptionCode.RenewalTime,
        (byte)DhcpOptionCode.RebindingTime,
        (byte)DhcpOptionCode.VendorClass,
        (byte)DhcpOptionCode.VendorOptions,
        (byte)DhcpOptionCode.BootFileName,
        (byte)DhcpOptionCode.Ipxe,
        (byte)DhcpOptionCode.ClientMachineIdentifier,
        (byte)DhcpOptionCode.ClientIdentifier,
        (byte)DhcpOptionCode.TftpServerName,
        (byte)DhcpOptionCode.Router,
        (byte)DhcpOptionCode.DomainNameServer,
        (byte)DhcpOptionCode.DomainName,
    ];

    /// <summary>
    /// Writes an offer or acknowledgement: what must be there, what the client asks for in its order (option 55), the rest.
    /// </summary>
    /// <param name="leaseSeconds">Lease; null for the answer to an inform, which has none.</param>
    /// <param name="file">What the client shall load, or null.</param>
    public void Write(
        ref DhcpMessageWriter writer,
        DhcpMessageType type,
        in DhcpMessage request,
        NetbootClient client,
        uint? leaseSeconds,
        BootFile? file,
        DhcpReservation? reservation)
    {
        WriteHead(ref writer, type);
        if (leaseSeconds is { } seconds)
        {
            writer.TryAdd(DhcpOptionCode.LeaseTime, seconds);
        }

        if (file is not null)
        {
            writer.TrySetFile(file.Ascii);
        }

        if (file is not null || ChoosesFilesItself(request))
        {
            writer.Siaddr = _subnet.Server;
        }

        var context = new Context(request, client, leaseSeconds, file, reservation);
        request.TryGetOption(DhcpOptionCode.ParameterRequestList, out ReadOnlySpan<byte> asked);
        AddOnce(ref writer, asked, context);
        AddOnce(ref writer, Unasked, context);
        foreach (DhcpCustomOption own in reservation?.Options ?? [])
        {
            AddOnce(ref writer, [own.Code], context);
        }

        foreach (DhcpCustomOption forAll in _custom)
        {
            AddOnce(ref writer, [forAll.Code], context);
        }
    }

    /// <summary>
    /// U-Boot tells itself by its vendor class, and asks the server of siaddr for names of its own making: boot.scr.uimg,
    /// pxelinux.cfg/ (net/bootp.c, store_bootp).
    /// </summary>
    private static bool ChoosesFilesItself(in DhcpMessage request) =>
        request.TryGetOption(DhcpOptionCode.VendorClass, out ReadOnlySpan<byte> vendorClass) && vendorClass.StartsWith("U-Boot"u8);

    /// <summary>Writes what a client loads, for one that has or gets its address from another server.</summary>
    public void WriteProxy(
        ref DhcpMessageWriter writer, DhcpMessageType type, in DhcpMessage request, PxeDialect dialect, BootFile file)
    {
        WriteHead(ref writer, type);
        writer.Siaddr = _subnet.Server;
        writer.TrySetFile(file.Ascii);
        AddText(ref writer, DhcpOptionCode.VendorClass, dialect.ProxyVendorClass);
        if (dialect.BootMenu is { } menu)
        {
            writer.TryAdd(DhcpOptionCode.VendorOptions, PxeOptions.BootMenuOf(menu));
        }
        else if (dialect.ProxyDiscoveryControl)
        {
            AddVendorOptions(ref writer, request);
        }

        Echo(ref writer, request, DhcpOptionCode.ClientMachineIdentifier);
        Echo(ref writer, request, DhcpOptionCode.ClientIdentifier);
        writer.TryAdd(DhcpOptionCode.BootFileName, file.AsciiWithNul);
        if (dialect.NamesServer)
        {
            writer.TryAdd(DhcpOptionCode.TftpServerName, _serverName);
        }
    }

    /// <summary>Writes a refusal, which holds nothing that configures anyone (RFC 2131 §4.3.1, table 3).</summary>
    public void WriteRefusal(ref DhcpMessageWriter writer, in DhcpMessage request)
    {
        WriteHead(ref writer, DhcpMessageType.Nak);
        writer.TryAdd(DhcpOptionCode.Message, "address not available"u8);
        Echo(ref writer, request, DhcpOptionCode.ClientIdentifier);
    }

    private void WriteHead(ref DhcpMessageWriter writer, DhcpMessageType type)
    {
        writer.TryAdd(DhcpOptionCode.MessageType, (byte)type);
        writer.TryAdd(DhcpOptionCode.ServerIdentifier, _subnet.Server);
    }

    private void AddOnce(ref DhcpMessageWriter writer, scoped ReadOnlySpan<byte> codes, in Context context)
    {
        foreach (byte code in codes)
        {
            if (!writer.Contains((DhcpOptionCode)code))
            {
                Add(ref writer, (DhcpOptionCode)code, context);
            }
        }
    }

    /// <summary>Adds one option, if there is anything to say; the client's list may name any code.</summary>
    private void Add(ref DhcpMessageWriter writer, DhcpOptionCode code, in Context context)
    {
        if (TryAddCustom(ref writer, code, context))
        {
            return;
        }

        switch (code)
        {
            case DhcpOptionCode.SubnetMask:
                writer.TryAdd(code, _subnet.Mask);
                break;
            case DhcpOptionCode.BroadcastAddress:
                writer.TryAdd(code, _subnet.DirectedBroadcast);
                break;
            case DhcpOptionCode.Router when _subnet.Router is { } router:
                // Clients that know static routes ignore the router, and must see them first (RFC 3442).
                AddOnce(ref writer, [(byte)DhcpOptionCode.ClasslessStaticRoute], context);
                writer.TryAdd(code, router);
                break;
            case DhcpOptionCode.DomainNameServer when _dnsServer is { } dns:
                writer.TryAdd(code, dns);
                break;
            case DhcpOptionCode.DomainName when _domainName is not null:
                writer.TryAdd(code, _domainName);
                break;

            // T1 and T2: a half and seven eighths (RFC 2131 §4.4.5); an infinite lease is not renewed.
            case DhcpOptionCode.RenewalTime when context.LeaseSeconds is { } seconds and not Infinity:
                writer.TryAdd(code, seconds / 2);
                break;
            case DhcpOptionCode.RebindingTime when context.LeaseSeconds is { } seconds and not Infinity:
                writer.TryAdd(code, (uint)(seconds * 7L / 8));
                break;
            case DhcpOptionCode.ClientIdentifier or DhcpOptionCode.ClientMachineIdentifier:
                Echo(ref writer, context.Request, code);
                break;
            default:
                AddBoot(ref writer, code, context);
                break;
        }
    }

    /// <summary>
    /// What the user has set, for this client or for all. Option 43 only for those that do not boot: to them alone it is not
    /// PXE's.
    /// </summary>
    private bool TryAddCustom(ref DhcpMessageWriter writer, DhcpOptionCode code, in Context context)
    {
        DhcpCustomOption? option = context.Reservation?.Options.FirstOrDefault(own => own.Code == (byte)code)
            ?? Array.Find(_custom, forAll => forAll.Code == (byte)code);
        bool isAllowed = option is not null && (code != DhcpOptionCode.VendorOptions || context.Client.Stage == ClientStage.None);
        return isAllowed && writer.TryAdd(code, option!.Value.AsSpan());
    }

    /// <summary>
    /// Options for booting, as the client's dialect has them. None for an architecture that we have nothing for (P-08).
    /// </summary>
    private void AddBoot(ref DhcpMessageWriter writer, DhcpOptionCode code, in Context context)
    {
        PxeDialect? dialect = context.File is null ? null : context.Dialect;
        switch (code)
        {
            case DhcpOptionCode.VendorClass when dialect?.VendorClass is { } vendorClass:
                AddText(ref writer, code, vendorClass);
                break;
            case DhcpOptionCode.VendorOptions when dialect?.BootMenu is { } menu:
                writer.TryAdd(code, PxeOptions.BootMenuOf(menu));
                break;
            case DhcpOptionCode.BootFileName when context.File is { } file:
                writer.TryAdd(code, file.AsciiWithNul);
                break;
            case DhcpOptionCode.TftpServerName when dialect?.NamesServer == true:
                writer.TryAdd(code, _serverName);
                break;
            case DhcpOptionCode.Ipxe when context.Client.Stage == ClientStage.Ipxe:
                writer.TryAdd(code, IpxeOptions.NoProxyDhcp);
                break;
        }
    }

    /// <summary>What to do with the file of this packet, or the item that the client had chosen.</summary>
    private static void AddVendorOptions(ref DhcpMessageWriter writer, in DhcpMessage request)
    {
        Span<byte> item = stackalloc byte[PxeOptions.BootItemOptionLength];
        int length = request.TryGetOption(DhcpOptionCode.VendorOptions, out ReadOnlySpan<byte> requested)
            ? PxeOptions.WriteBootItem(item, requested)
            : 0;
        writer.TryAdd(DhcpOptionCode.VendorOptions, length > 0 ? item[..length] : PxeOptions.UseBootFile);
    }

    private static void AddText(ref DhcpMessageWriter writer, DhcpOptionCode code, string text) =>
        writer.TryAdd(code, Encoding.ASCII.GetBytes(text));

    /// <summary>RFC 6842 §3 for the identifier, RFC 4578 §2.3 for the UUID: ROMs discard replies without theirs.</summary>
    private static void Echo(ref DhcpMessageWriter writer, in DhcpMessage request, DhcpOptionCode code)
    {
        if (request.TryGetOption(code, out ReadOnlySpan<byte> value))
        {
            writer.TryAdd(code, value);
        }
    }

    /// <summary>What the value of an option can depend on.</summary>
    private readonly ref struct Context(
        DhcpMessage request, NetbootClient client, uint? leaseSeconds, BootFile? file, DhcpReservation? reservation)
    {
        public DhcpMessage Request { get; } = request;

        public NetbootClient Client { get; } = client;

        public PxeDialect? Dialect { get; } = PxeDialect.For(client);

        public uint? LeaseSeconds { get; } = leaseSeconds;

        public BootFile? File { get; } = file;

        public DhcpReservation? Reservation { get; } = reservation;
    }
}
