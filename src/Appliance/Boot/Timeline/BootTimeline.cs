using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Appliance.Boot.Timeline;

/// <summary>
/// The latest boots of all machines on the wire. Told by the DHCP loop and by every server's threads: it only takes a lock
/// for the adding of one step. Bounded: the machine that was silent longest is forgotten first.
/// </summary>
public sealed class BootTimeline(TimeProvider time)
{
    /// <summary>Machines that are remembered. More than a bench or a class room has; some 20 MB if all made every step.</summary>
    public const int MaxMachines = 256;

    /// <summary>Boots of one machine that are remembered: this one, and the ones to compare it with.</summary>
    public const int MaxBoots = 3;

    /// <summary>After this silence a machine that asks for an address has been switched on anew.</summary>
    private static readonly TimeSpan NewBootAfter = TimeSpan.FromMinutes(10);

    /// <summary>Boots that follow each other within this time and are told the same loader are attempts at one.</summary>
    private static readonly TimeSpan AttemptWindow = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<PhysicalAddress, ImmutableArray<BootRecord>> _machines = [];
    private readonly Dictionary<IPAddress, PhysicalAddress> _addresses = [];

    /// <summary>All boots, each machine's latest first.</summary>
    public ImmutableArray<BootRecord> Snapshot()
    {
        lock (_lock)
        {
            return [.. _machines.Values.SelectMany(static boots => boots)];
        }
    }

    /// <summary>The machine's latest boot, or null.</summary>
    public BootRecord? Find(PhysicalAddress mac)
    {
        lock (_lock)
        {
            return _machines.TryGetValue(mac, out ImmutableArray<BootRecord> boots) ? boots[0] : null;
        }
    }

    /// <summary>A step of the exchange about an address.</summary>
    /// <param name="step">One of the steps about addresses, or <see cref="BootStep.NoLoader"/>.</param>
    /// <param name="client">Whose.</param>
    /// <param name="what">As the step says.</param>
    /// <param name="address">The address offered or granted, or null.</param>
    /// <param name="bootFile">The file that it was told to load, or null.</param>
    public void Add(BootStep step, NetbootClient client, string what, IPAddress? address = null, string? bootFile = null)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            bool known = _machines.TryGetValue(client.Mac, out ImmutableArray<BootRecord> boots);
            bool begins = client.Stage is not ClientStage.None;
            if (!known && !begins)
            {
                // A machine that only wants an address does not boot.
                return;
            }

            BootRecord boot = known && !BeginsAnew(boots[0], client, now) ? boots[0] : Begin(client, known ? boots[0] : null, bootFile, now);
            var happened = new BootEvent(now - boot.Began, step, client.Stage, what);
            boot = boot.With(happened) with
            {
                Address = step is BootStep.AddressGranted ? address : boot.Address,
                BootFile = bootFile ?? boot.BootFile,
                Firmware = client.Firmware is ClientFirmware.Unknown ? boot.Firmware : client.Firmware,
            };
            Store(boot, known ? boots : []);
            if (step is BootStep.AddressGranted && address is not null)
            {
                _addresses[address] = client.Mac;
            }
        }
    }

    /// <summary>What a client reports of itself; false when it has no boot here.</summary>
    /// <param name="client">Its address.</param>
    /// <param name="report">The step; its time is set here.</param>
    public bool Report(IPAddress client, BootEvent report)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            return Append(client, now, at => report with { At = at, Until = at });
        }
    }

    /// <summary>A file that a client fetched, or tried to. A report is none.</summary>
    public void Add(in BootFetch fetch)
    {
        if (BootReports.IsReport(fetch.Path))
        {
            return;
        }

        BootStep step = fetch.Outcome switch
        {
            BootFetchOutcome.Complete => BootStep.Fetched,
            BootFetchOutcome.Probe => BootStep.Probed,
            BootFetchOutcome.Aborted => BootStep.Aborted,
            BootFetchOutcome.NotFound => BootStep.Missing,
            _ => BootStep.Unreadable,
        };
        (IPAddress client, string path, long bytes, long length) = (fetch.Client, fetch.Path, fetch.Bytes, fetch.Length);
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            Append(client, now, at => new BootEvent(at, step, ClientStage.None, path, bytes, length));
        }
    }

    /// <summary>Adds a step to the boot of the machine at that address; false when there is none.</summary>
    private bool Append(IPAddress client, DateTimeOffset now, Func<TimeSpan, BootEvent> step)
    {
        if (!_addresses.TryGetValue(client, out PhysicalAddress? mac) || !_machines.TryGetValue(mac, out ImmutableArray<BootRecord> boots))
        {
            return false;
        }

        Store(boots[0].With(step(now - boots[0].Began)), boots);
        return true;
    }

    /// <summary>
    /// Firmware that asks again after it had its loader, and iPXE that asks again after it had its menu, have been reset;
    /// so has whatever asks after an operating system did.
    /// </summary>
    private static bool BeginsAnew(BootRecord boot, NetbootClient client, DateTimeOffset now) => client.Stage switch
    {
        ClientStage.None => false,
        _ when now - boot.Began - boot.LastAt >= NewBootAfter => true,
        _ when boot.Events.Any(static e => e.Step is BootStep.AddressGranted && e.Stage is ClientStage.None) => true,
        ClientStage.Ipxe => boot.HasFetched(BootFileKind.IsMenu),
        _ => boot.HasAddress(ClientStage.Ipxe) || boot.Events.Any(static e => e.Step is BootStep.Fetched),
    };

    private static BootRecord Begin(NetbootClient client, BootRecord? before, string? bootFile, DateTimeOffset now)
    {
        bool again = before is not null && bootFile is not null && before.BootFile == bootFile && now - before.Began - before.LastAt < AttemptWindow
            && !before.Events.Any(static e => BootFileKind.IsPayload(e.What));
        return new BootRecord(client.Mac, now, again ? before!.Attempt + 1 : 1);
    }

    private void Store(BootRecord boot, ImmutableArray<BootRecord> boots)
    {
        bool isSame = !boots.IsEmpty && boots[0].Began == boot.Began;
        _machines[boot.Mac] = isSame ? boots.SetItem(0, boot) : [boot, .. boots.Take(MaxBoots - 1)];
        if (_machines.Count > MaxMachines)
        {
            PhysicalAddress silent = _machines.MinBy(static machine => machine.Value[0].Began + machine.Value[0].LastAt).Key;
            _machines.Remove(silent);
            foreach (IPAddress address in _addresses.Where(item => item.Value.Equals(silent)).Select(static item => item.Key).ToArray())
            {
                _addresses.Remove(address);
            }
        }
    }
}
