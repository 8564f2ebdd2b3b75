using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
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
    private readonly GrubMenu _grub;
    private readonly TimeProvider _time;
    private State _state;

    /// <param name="server">Base URL of the boot plane, without a slash at its end.</param>
    public BootMenus(string server, MenuOptions options, TimeProvider time)
    {
        _planner = new BootPlanner(server);
        _ipxe = new IpxeMenu(server, options);
        _grub = new GrubMenu(server, options);
        _time = time;
        _state = new State([], [], time.GetUtcNow());
    }

    /// <summary>Takes over a new state of the library; images that have not changed keep their plans.</summary>
    public void Update(IEnumerable<LibraryImage> images)
    {
        State known = _state;
        var plans = new Dictionary<LibraryImage, BootPlan?>();
        var signers = new Dictionary<BootLine, ImmutableArray<string>>(ReferenceEqualityComparer.Instance);
        foreach (LibraryImage image in images)
        {
            plans[image] = known.Plans.TryGetValue(image, out BootPlan? plan) ? plan : Plan(image);
            foreach (BootOption option in plans[image]?.Options ?? [])
            {
                signers[option.Line] = known.Signers.TryGetValue(option.Line, out ImmutableArray<string> names) ? names : ReadSigners(image, option.Line);
            }
        }

        _state = new State(plans, signers, _time.GetUtcNow());
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

    /// <summary>The script that GRUB looks for.</summary>
    public Payload OpenGrubDispatch() => Payload.FromMemory(_grub.WriteDispatch(), _state.Made, MediaType.Text);

    /// <summary>The GRUB menu for a kind of UEFI firmware.</summary>
    public Payload OpenGrub(ClientFirmware firmware)
    {
        State state = _state;
        byte[] script = state.GrubScripts.GetOrAdd((firmware, FrozenSet<string>.Empty), key => WriteGrub(state, key.Firmware, GrubMenu.Refuses));
        return Payload.FromMemory(script, state.Made, MediaType.Text);
    }

    /// <summary>The same where the firmware enforces Secure Boot.</summary>
    /// <param name="trusted">Names of the signers that the client's shim accepts.</param>
    public Payload OpenSecureGrub(ClientFirmware firmware, FrozenSet<string> trusted)
    {
        State state = _state;
        byte[] script = state.GrubScripts.GetOrAdd((firmware, trusted), key => WriteGrub(state, key.Firmware, line =>
            state.Signers.GetValueOrDefault(line, []).Any(key.Trusted.Contains)
                ? GrubMenu.Refuses(line)
                : "Secure Boot accepts nothing in it; switch Secure Boot off in the firmware's setup"));
        return Payload.FromMemory(script, state.Made, MediaType.Text);
    }

    /// <summary>The script that a signed iPXE looks for beside itself.</summary>
    public Payload OpenAutoexec() => Payload.FromMemory(_ipxe.WriteAutoexec(), _state.Made, MediaType.Text);

    private byte[] Write(State state, ClientFirmware firmware) =>
        firmware is ClientFirmware.Unknown
            ? _ipxe.WriteDispatch()
            : _ipxe.Write(MenuModel.Build(state.Images, firmware), firmware);

    private byte[] WriteGrub(State state, ClientFirmware firmware, Func<BootLine, string?> refuses) =>
        _grub.Write(MenuModel.Build(state.Images, firmware, refuses));

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

    private static ImmutableArray<string> ReadSigners(LibraryImage image, BootLine line)
    {
        string? program = line switch
        {
            LinuxBootLine linux => linux.Kernel,
            EfiProgramBootLine efi => efi.Program,
            _ => null,
        };
        try
        {
            return program is null ? [] : new ImageFacts(image).ReadSigners(program);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>One state of the library with what was made of it.</summary>
    private sealed class State(
        Dictionary<LibraryImage, BootPlan?> plans, Dictionary<BootLine, ImmutableArray<string>> signers, DateTimeOffset made)
    {
        public FrozenDictionary<LibraryImage, BootPlan?> Plans { get; } = plans.ToFrozenDictionary();

        /// <summary>Who signed what a line starts; of that very line, not of one that looks the same.</summary>
        public Dictionary<BootLine, ImmutableArray<string>> Signers { get; } = signers;

        public IEnumerable<(LibraryImage Image, BootPlan? Plan)> Images => Plans.Select(static item => (item.Key, item.Value));

        public ConcurrentDictionary<ClientFirmware, byte[]> Scripts { get; } = new();

        /// <summary>By firmware and the signers that it trusts; none where Secure Boot is off.</summary>
        public ConcurrentDictionary<(ClientFirmware Firmware, FrozenSet<string> Trusted), byte[]> GrubScripts { get; } = new();

        public DateTimeOffset Made { get; } = made;
    }
}
