using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot.AutoInstall;
using Appliance.Boot.Profiles;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Options;

namespace Appliance.Boot;

/// <summary>
/// The menus of the library as it is now. Plans are made when the library, the profiles or the loaders change, on the
/// caller's thread, so that a client's request never waits for the reading of an image; scripts are written once for each
/// kind of machine.
/// </summary>
public sealed partial class BootMenus
{
    /// <summary>
    /// Time before an entry starts that was set for this machine: whoever stands before it can still choose another.
    /// </summary>
    private static readonly TimeSpan NextBootTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Kinds of machine whose scripts are kept; a bench has a dozen. Others get one that is written for them.</summary>
    private const int MaxScripts = 64;

    private readonly BootServices _services;
    private readonly ProfileFiles _profiles;
    private readonly MenuOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private MenuRecords _records = MenuRecords.Empty;
    private State _state;
    private bool _hadWimboot;

    /// <param name="services">What this box offers.</param>
    /// <param name="profiles">Where profiles come from; this object looks at them from now on.</param>
    public BootMenus(BootServices services, ProfileFiles profiles, MenuOptions options, TimeProvider time)
    {
        _services = services;
        _profiles = profiles;
        _profiles.Refresh();
        _services.Injections.Refresh();
        _options = options;
        _time = time;
        _state = new State([], [], MenuRecords.Empty, services, options, time.GetUtcNow());
    }

    /// <summary>What is remembered of machines; null: nothing.</summary>
    public MachineMemory? Memory { get; init; }

    /// <summary>The profiles that plans are made by.</summary>
    public ProfileSet Profiles => _profiles.Current;

    /// <summary>Another object whenever plans or records may have changed.</summary>
    public object Version => _state;

    /// <summary>What the owner says of images, clients and answers.</summary>
    public MenuRecords Records => _state.Records;

    /// <summary>When plans or records last changed.</summary>
    public DateTimeOffset Made => _state.Made;

    /// <summary>Base URL of the boot plane, without a slash at its end.</summary>
    public string Server => _services.Server;

    /// <summary>Takes over a new state of the library; images that have not changed keep their plans.</summary>
    public void Update(IEnumerable<LibraryImage> images)
    {
        lock (_gate)
        {
            Replace(images, _state.Plans);
        }
    }

    /// <summary>Takes over what the owner says of images, groups, clients and the menu itself.</summary>
    public void Apply(MenuRecords records)
    {
        lock (_gate)
        {
            _records = records;
            Replace(_state.Plans.Keys, _state.Plans);
        }
    }

    /// <summary>
    /// Looks whether profiles, or files that are to be injected, have changed, and makes all plans again; true when profiles
    /// had. A loader that came, and that entries wait for, only changes the menus.
    /// </summary>
    public bool Refresh()
    {
        lock (_gate)
        {
            bool changed = _profiles.Refresh();
            bool isStale = _services.Injections.Refresh() || changed;
            bool hasWimboot = _services.HasLoader(WimbootBootLine.Loader);
            if (isStale || hasWimboot != _hadWimboot)
            {
                _hadWimboot = hasWimboot;
                Replace(_state.Plans.Keys, isStale ? FrozenDictionary<LibraryImage, BootPlan?>.Empty : _state.Plans);
            }

            return changed;
        }
    }

    private void Replace(IEnumerable<LibraryImage> images, FrozenDictionary<LibraryImage, BootPlan?> known)
    {
        var planner = new BootPlanner(_services, _profiles.Current);
        var plans = new Dictionary<LibraryImage, BootPlan?>();
        var signers = new Dictionary<string, ImmutableArray<string>>();
        foreach (LibraryImage image in images)
        {
            bool isKnown = known.TryGetValue(image, out BootPlan? plan);
            plan = isKnown ? plan : Plan(planner, image);
            plans[image] = plan;
            foreach (string program in (plan?.Options ?? []).Select(static option => option.Line.EfiProgram).OfType<string>())
            {
                signers[program] = isKnown ? _state.SignersOf(program) : ReadSigners(image, program);
            }
        }

        MenuSettings set = _records.Settings;
        MenuOptions options = _options with
        {
            Title = set.Title ?? _options.Title,
            Timeout = set.Timeout ?? _options.Timeout,
            Default = set.Default ?? _options.Default,
        };
        _state = new State(plans, signers, _records, _services, options, _time.GetUtcNow());
    }

    /// <summary>The plan of an image, or null when it is broken or not listed.</summary>
    public BootPlan? PlanOf(LibraryImage image) => _state.Plans.GetValueOrDefault(image);

    /// <summary>The script by which a client tells what it is, and gets its menu.</summary>
    /// <param name="client">Its address: scripts name the box's of the same kind.</param>
    public Payload OpenDispatch(IPAddress? client = null) =>
        Payload.FromMemory(_state.For(client).Ipxe.WriteDispatch(), _state.Made, MediaType.Text);

    /// <summary>The iPXE menu for a kind of machine.</summary>
    /// <param name="machine">The kind.</param>
    /// <param name="next">The entry that this one machine starts by itself; null for what the settings say.</param>
    /// <param name="client">Which one it is, or null when nobody knows.</param>
    /// <param name="address">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenIpxe(ClientMachine machine, string? next = null, PhysicalAddress? client = null, IPAddress? address = null)
    {
        State state = _state;
        ScriptSet scripts = state.For(address);
        Reader reader = ReaderOf(state, client);
        bool isForAll = next is null && !reader.IsParticular;
        if (!isForAll || !scripts.Menus.TryGetValue(machine, out byte[]? script))
        {
            IpxeMenu menu = isForAll ? scripts.Ipxe : new IpxeMenu(scripts.Server, OptionsFor(state, reader, next));
            script = menu.Write(MenuModel.Build(state.Images, AudienceOf(state, machine, reader)), machine);
            if (isForAll && scripts.Menus.Count < MaxScripts)
            {
                scripts.Menus.TryAdd(machine, script);
            }
        }

        return Payload.FromMemory(script, isForAll ? state.Made : _time.GetUtcNow(), MediaType.Text);
    }

    /// <summary>What a search finds in the menu of a kind of machine, as a script that runs inside the menu's.</summary>
    /// <param name="machine">The kind.</param>
    /// <param name="query">The first letters of a word.</param>
    /// <param name="client">Which one it is, or null when nobody knows.</param>
    /// <param name="address">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenFound(ClientMachine machine, string query, PhysicalAddress? client, IPAddress? address = null)
    {
        State state = _state;
        MenuGroup root = MenuModel.Build(state.Images, AudienceOf(state, machine, ReaderOf(state, client)));
        return Payload.FromMemory(state.For(address).Ipxe.WriteFound(MenuSearch.Find(root, query), query), _time.GetUtcNow(), MediaType.Text);
    }

    /// <summary>What a token in a report stands for (<see cref="BootChoice.TokenOf"/>), or null.</summary>
    public BootChoice? FindChoice(string token) => _state.Choices.Value.GetValueOrDefault(token);

    /// <summary>The script that GRUB looks for.</summary>
    /// <param name="client">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenGrubDispatch(IPAddress? client = null) =>
        Payload.FromMemory(_state.For(client).Grub.WriteDispatch(), _state.Made, MediaType.Text);

    /// <summary>The GRUB menu for a kind of UEFI firmware.</summary>
    /// <param name="firmware">The kind.</param>
    /// <param name="next">As for <see cref="OpenIpxe"/>.</param>
    /// <param name="client">As for <see cref="OpenIpxe"/>.</param>
    /// <param name="address">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenGrub(ClientFirmware firmware, string? next = null, PhysicalAddress? client = null, IPAddress? address = null) =>
        OpenGrub(firmware, FrozenSet<string>.Empty, next, client, address, static (_, line, _) => GrubMenu.Refuses(line));

    /// <summary>The same where the firmware enforces Secure Boot.</summary>
    /// <param name="firmware">The kind.</param>
    /// <param name="trusted">Names of the signers that the client's shim accepts.</param>
    /// <param name="next">As for <see cref="OpenIpxe"/>.</param>
    /// <param name="client">As for <see cref="OpenIpxe"/>.</param>
    /// <param name="address">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenSecureGrub(
        ClientFirmware firmware, FrozenSet<string> trusted, string? next = null, PhysicalAddress? client = null, IPAddress? address = null) =>
        OpenGrub(firmware, trusted, next, client, address, RefusesSecurely);

    /// <summary>Why GRUB cannot start this where the firmware enforces Secure Boot, or null when it can.</summary>
    /// <param name="line">A line of a plan that was made here.</param>
    /// <param name="trusted">Names of the signers that the client's shim accepts.</param>
    public string? RefusesSecurely(BootLine line, FrozenSet<string> trusted) => RefusesSecurely(_state, line, trusted);

    private static string? RefusesSecurely(State state, BootLine line, FrozenSet<string> trusted) =>
        line.EfiProgram is { } program && state.SignersOf(program).Any(trusted.Contains)
            ? GrubMenu.Refuses(line)
            : "Secure Boot accepts nothing in it; switch Secure Boot off in the firmware's setup";

    /// <summary>The script that a signed iPXE looks for beside itself.</summary>
    /// <param name="client">As for <see cref="OpenDispatch"/>.</param>
    public Payload OpenAutoexec(IPAddress? client = null) =>
        Payload.FromMemory(_state.For(client).Ipxe.WriteAutoexec(), _state.Made, MediaType.Text);

    private Payload OpenGrub(
        ClientFirmware firmware, FrozenSet<string> trusted, string? next, PhysicalAddress? client, IPAddress? address,
        Func<State, BootLine, FrozenSet<string>, string?> refuses)
    {
        State state = _state;
        ScriptSet scripts = state.For(address);
        Reader reader = ReaderOf(state, client);
        return next is null && !reader.IsParticular
            ? Payload.FromMemory(scripts.GrubMenus.GetOrAdd((firmware, trusted), _ => Write(scripts.Grub)), state.Made, MediaType.Text)
            : Payload.FromMemory(Write(new GrubMenu(scripts.Server, OptionsFor(state, reader, next))), _time.GetUtcNow(), MediaType.Text);

        byte[] Write(GrubMenu menu) => menu.Write(MenuModel.Build(
            state.Images, AudienceOf(state, new ClientMachine(firmware), reader), line => refuses(state, line, trusted)));
    }

    /// <summary>Who reads a menu: what its owner said of it, and what was learned.</summary>
    private readonly record struct Reader(ClientRecord? Client, MachineRecord? Learned)
    {
        public bool IsParticular => Client is not null || Learned is not null;
    }

    private Reader ReaderOf(State state, PhysicalAddress? client) => new(
        state.Records.Particular(client),
        client is not null && Memory?.Find(client) is { } known && (known.DefaultEntry is not null || !known.Ways.IsEmpty) ? known : null);

    /// <summary>What it starts by itself: what was set for its next boot, else its own default, else everybody's.</summary>
    private static MenuOptions OptionsFor(State state, Reader reader, string? next) => next is not null
        ? state.Options with { Default = next, Timeout = NextBootTimeout }
        : state.Options with { Default = reader.Learned?.DefaultEntry ?? state.Options.Default };

    private MenuAudience AudienceOf(State state, ClientMachine machine, Reader reader) =>
        new(machine, _services) { Records = state.Records, Client = reader.Client, Learned = reader.Learned };

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

    private static ImmutableArray<string> ReadSigners(LibraryImage image, string program)
    {
        try
        {
            return new ImageFacts(image).ReadSigners(program);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>All ways of all images, and each as a disc, which its owner may ask for where no profile has it.</summary>
    private static FrozenDictionary<string, BootChoice> ChoicesOf(Dictionary<LibraryImage, BootPlan?> plans)
    {
        var choices = new Dictionary<string, BootChoice>();
        foreach ((LibraryImage image, BootPlan? plan) in plans)
        {
            foreach (BootOption option in (plan?.Options ?? []).Append(BootPreference.AsDisc(image)))
            {
                var choice = new BootChoice(image.Id, option.Key, $"{image.Title} ({option.Title})");
                choices.TryAdd(BootChoice.TokenOf(image.Id, option.Key), choice);
                choices.TryAdd(BootChoice.TokenOf(UnattendedEntry.IdOf(image.Id), option.Key), choice with { Title = $"{image.Title} (unattended)" });
            }
        }

        return choices.ToFrozenDictionary();
    }
}
