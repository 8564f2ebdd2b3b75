using System.Collections.Concurrent;
using System.Collections.Frozen;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// The menus of the library as it is now. Plans are made when the library, the profiles or the loaders change, on the
/// caller's thread, so that a client's request never waits for the reading of an image; scripts are written once for each
/// kind of machine.
/// </summary>
public sealed class BootMenus
{
    /// <summary>Kinds of machine whose scripts are kept; a bench has a dozen. Others get one that is written for them.</summary>
    private const int MaxScripts = 64;

    private readonly BootServices _services;
    private readonly ProfileFiles _profiles;
    private readonly IpxeMenu _ipxe;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private State _state;
    private bool _hadWimboot;

    /// <param name="services">What this box offers.</param>
    /// <param name="profiles">Where profiles come from; this object looks at them from now on.</param>
    public BootMenus(BootServices services, ProfileFiles profiles, MenuOptions options, TimeProvider time)
    {
        _services = services;
        _profiles = profiles;
        _profiles.Refresh();
        _ipxe = new IpxeMenu(services.Server, options);
        _time = time;
        _state = new State([], time.GetUtcNow());
    }

    /// <summary>The profiles that plans are made by.</summary>
    public ProfileSet Profiles => _profiles.Current;

    /// <summary>Takes over a new state of the library; images that have not changed keep their plans.</summary>
    public void Update(IEnumerable<LibraryImage> images)
    {
        lock (_gate)
        {
            Replace(images, _state.Plans);
        }
    }

    /// <summary>
    /// Looks whether profiles have changed, and makes all plans again; true when they had. A loader that came, and that
    /// entries wait for, only changes the menus.
    /// </summary>
    public bool Refresh()
    {
        lock (_gate)
        {
            bool changed = _profiles.Refresh();
            bool hasWimboot = _services.HasLoader(WimbootBootLine.Loader);
            if (changed || hasWimboot != _hadWimboot)
            {
                _hadWimboot = hasWimboot;
                Replace(_state.Plans.Keys, changed ? FrozenDictionary<LibraryImage, BootPlan?>.Empty : _state.Plans);
            }

            return changed;
        }
    }

    private void Replace(IEnumerable<LibraryImage> images, FrozenDictionary<LibraryImage, BootPlan?> known)
    {
        var planner = new BootPlanner(_services, _profiles.Current);
        var plans = new Dictionary<LibraryImage, BootPlan?>();
        foreach (LibraryImage image in images)
        {
            plans[image] = known.TryGetValue(image, out BootPlan? plan) ? plan : Plan(planner, image);
        }

        _state = new State(plans, _time.GetUtcNow());
    }

    /// <summary>The plan of an image, or null when it is broken or not listed.</summary>
    public BootPlan? PlanOf(LibraryImage image) => _state.Plans.GetValueOrDefault(image);

    /// <summary>The script by which a client tells what it is, and gets its menu.</summary>
    public Payload OpenDispatch() => Payload.FromMemory(_ipxe.WriteDispatch(), _state.Made, MediaType.Text);

    /// <summary>The iPXE menu for a kind of machine.</summary>
    public Payload OpenIpxe(ClientMachine machine)
    {
        State state = _state;
        if (!state.Scripts.TryGetValue(machine, out byte[]? script))
        {
            var audience = new MenuAudience(machine, _services);
            script = _ipxe.Write(MenuModel.Build(state.Plans.Select(static item => (item.Key, item.Value)), audience), machine);
            if (state.Scripts.Count < MaxScripts)
            {
                state.Scripts.TryAdd(machine, script);
            }
        }

        return Payload.FromMemory(script, state.Made, MediaType.Text);
    }

    /// <summary>The script that a signed iPXE looks for beside itself.</summary>
    public Payload OpenAutoexec() => Payload.FromMemory(_ipxe.WriteAutoexec(), _state.Made, MediaType.Text);

    private static BootPlan? Plan(BootPlanner planner, LibraryImage image)
    {
        if (image.BrokenReason is not null)
        {
            return null;
        }

        try
        {
            return planner.Plan(image);
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

        public ConcurrentDictionary<ClientMachine, byte[]> Scripts { get; } = new();

        public DateTimeOffset Made { get; } = made;
    }
}
