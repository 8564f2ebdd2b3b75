using System.Collections.Concurrent;
using System.Collections.Frozen;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// The menus of the library as it is now. Plans are made when the library changes, on the caller's thread, so that a
/// client's request never waits for the reading of an image; scripts are written once for each kind of firmware.
/// </summary>
public sealed class BootMenus
{
    private readonly BootPlanner _planner;
    private readonly IpxeMenu _ipxe;
    private readonly TimeProvider _time;
    private State _state;

    /// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
    public BootMenus(string server, MenuOptions options, TimeProvider time)
    {
        _planner = new BootPlanner(server);
        _ipxe = new IpxeMenu(server, options);
        _time = time;
        _state = new State([], time.GetUtcNow());
    }

    /// <summary>Takes over a new state of the library; images that have not changed keep their plans.</summary>
    public void Update(IEnumerable<LibraryImage> images)
    {
        FrozenDictionary<LibraryImage, BootPlan?> known = _state.Plans;
        var plans = new Dictionary<LibraryImage, BootPlan?>();
        foreach (LibraryImage image in images)
        {
            plans[image] = known.TryGetValue(image, out BootPlan? plan) ? plan : Plan(image);
        }

        _state = new State(plans, _time.GetUtcNow());
    }

    /// <summary>The plan of an image, or null when it is broken or not listed.</summary>
    public BootPlan? PlanOf(LibraryImage image) => _state.Plans.GetValueOrDefault(image);

    /// <summary>The iPXE menu for a kind of firmware; for an unknown one, the script that finds out.</summary>
    public Payload OpenIpxe(ClientFirmware firmware)
    {
        State state = _state;
        byte[] script = state.Scripts.GetOrAdd(firmware, key => Write(state, key));
        return Payload.FromMemory(script, state.Made, MediaType.Text);
    }

    /// <summary>The script that a signed iPXE looks for beside itself.</summary>
    public Payload OpenAutoexec() => Payload.FromMemory(_ipxe.WriteAutoexec(), _state.Made, MediaType.Text);

    private byte[] Write(State state, ClientFirmware firmware) =>
        firmware is ClientFirmware.Unknown
            ? _ipxe.WriteDispatch()
            : _ipxe.Write(MenuModel.Build(state.Plans.Select(static item => (item.Key, item.Value)), firmware), firmware);

    private BootPlan? Plan(LibraryImage image)
    {
        if (image.BrokenReason is not null)
        {
            return null;
        }

        try
        {
            return _planner.Plan(image);
        }
        catch (IOException)
        {
            // The medium failed under us; the library marks the image broken when it looks again.
            return null;
        }
    }

    /// <summary>One state of the library with what was made of it.</summary>
    private sealed class State(Dictionary<LibraryImage, BootPlan?> plans, DateTimeOffset made)
    {
        public FrozenDictionary<LibraryImage, BootPlan?> Plans { get; } = plans.ToFrozenDictionary();

        public ConcurrentDictionary<ClientFirmware, byte[]> Scripts { get; } = new();

        public DateTimeOffset Made { get; } = made;
    }
}
