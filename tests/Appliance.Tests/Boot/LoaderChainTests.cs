using System.Net.NetworkInformation;
using Appliance.Boot;
using Appliance.Catalog;
using Appliance.Options;
using Appliance.Tests.Dhcp;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>Machines on which a loader does not come up are given the next.</summary>
public sealed class LoaderChainTests : IDisposable
{
    private const string All = "undionly.kpxe ipxe.pxe snponly.efi ipxe-amd64.efi";

    private static readonly TimeSpan Reset = TimeSpan.FromSeconds(20);

    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly List<string> _moves = [];
    private MachineMemory _memory;
    private LoaderChain _chain = null!;
    private BootPolicy _policy = null!;

    public LoaderChainTests()
    {
        _memory = Open();
        Start(All);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(ClientFirmware.UefiX64, ClientStage.Pxe, "snponly.efi", "ipxe-amd64.efi")]
    [InlineData(ClientFirmware.UefiX64, ClientStage.HttpBoot, "http://192.168.100.1/snponly.efi", "http://192.168.100.1/ipxe-amd64.efi")]
    [InlineData(ClientFirmware.Bios, ClientStage.Pxe, "undionly.kpxe", "ipxe.pxe")]
    public void Who_asks_for_the_same_loader_the_third_time_within_two_minutes_gets_the_next(
        ClientFirmware firmware, ClientStage stage, string loader, string next)
    {
        NetbootClient pc = Pc(firmware, stage);
        Assert.Equal([loader, loader, next, next, loader], Enumerable.Range(0, 5).Select(_ => Boot(pc)));
        string Name(string file) => file[(file.LastIndexOf('/') + 1)..];
        Assert.Equal([$"{Name(loader)} -> {Name(next)}", $"{Name(next)} -> {Name(loader)}"], _moves);
    }

    [Fact]
    public void The_next_loader_is_remembered_over_a_restart_until_it_is_forgotten()
    {
        NetbootClient pc = Pc();
        Assert.Equal(["snponly.efi", "snponly.efi", "ipxe-amd64.efi"], Enumerable.Range(0, 3).Select(_ => Boot(pc)));
        _chain.Reached(pc.Mac);

        // What an owner says takes along to the disk what was learned.
        _memory.SetDefault(pc.Mac, "local");
        _memory.Dispose();
        _memory = Open();
        Start(All);
        Assert.Equal("ipxe-amd64.efi", Boot(pc));
        _memory.Forget(pc.Mac);
        Assert.Equal("snponly.efi", Boot(pc));
    }

    [Fact]
    public void Offer_and_acknowledgement_of_one_exchange_name_the_same_loader_and_a_repeated_request_counts_once()
    {
        NetbootClient pc = Pc();
        for (int boot = 0; boot < 2; boot++)
        {
            BootFile offered = _policy.BootFileFor(pc)!;
            for (int repetition = 0; repetition < 3; repetition++)
            {
                Assert.Same(offered, _policy.BootFileFor(pc));
                _policy.Granted(pc, offered);
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            _time.Advance(Reset);
        }

        Assert.Equal("ipxe-amd64.efi", _policy.BootFileFor(pc)!.Name);
    }

    [Fact]
    public void Who_comes_to_a_menu_or_to_iPXE_begins_anew()
    {
        NetbootClient pc = Pc();
        for (int boot = 0; boot < 6; boot++)
        {
            Assert.Equal("snponly.efi", Boot(pc));
            _chain.Reached(pc.Mac);
        }

        for (int boot = 0; boot < 6; boot++)
        {
            Assert.Equal("snponly.efi", Boot(pc));
            _policy.Granted(pc with { Stage = ClientStage.Ipxe }, _policy.BootFileFor(pc with { Stage = ClientStage.Ipxe }));
        }
    }

    [Theory]
    [InlineData(59, "ipxe-amd64.efi")]
    [InlineData(60, "snponly.efi")]
    public void Two_minutes_count_from_the_first_asking(int seconds, string third)
    {
        NetbootClient pc = Pc();
        foreach (string expected in new[] { "snponly.efi", "snponly.efi", third })
        {
            Assert.Equal(expected, _policy.BootFileFor(pc)!.Name);
            _policy.Granted(pc, _policy.BootFileFor(pc));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public void Machines_are_told_apart()
    {
        Boot(Pc());
        Boot(Pc());
        Assert.Equal("snponly.efi", Boot(Pc() with { Mac = PhysicalAddress.Parse("525400000002") }));
    }

    [Fact]
    public void A_list_of_the_owners_wins_over_what_was_learned()
    {
        NetbootClient pc = Pc();
        _memory.SetLoader(pc.Mac, "ipxe-amd64.efi");
        Start(All, new LoaderOptions { UefiX64 = ["snponly.efi"] });
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal("snponly.efi", Boot(pc)));
        Start("snponly.efi");
        Assert.Equal("snponly.efi", Boot(pc));
    }

    [Fact]
    public void A_bounded_number_of_machines_is_counted()
    {
        for (int machine = 0; machine < 5000; machine++)
        {
            Boot(Pc() with { Mac = new PhysicalAddress(Shared.DhcpRequest.Mac(machine)) }, TimeSpan.Zero);
        }

        _time.Advance(Reset);
        NetbootClient last = Pc() with { Mac = new PhysicalAddress(Shared.DhcpRequest.Mac(4999)) };
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal("snponly.efi", Boot(last)));
        _time.Advance(LoaderChain.Window);
        Assert.Equal(["snponly.efi", "snponly.efi", "ipxe-amd64.efi"], Enumerable.Range(0, 3).Select(_ => Boot(last)));
    }

    /// <summary>One exchange, and the time until the next.</summary>
    private string Boot(NetbootClient pc, TimeSpan? pause = null)
    {
        BootFile file = _policy.BootFileFor(pc)!;
        _policy.Granted(pc, file);
        _time.Advance(pause ?? Reset);
        return file.Name;
    }

    private void Start(string published, LoaderOptions? loaders = null)
    {
        _chain = new LoaderChain(_memory, _time);
        _chain.Moved += (_, failed, next) => _moves.Add($"{failed} -> {next}");
        _policy = new BootPolicy(new ApplianceOptions { Loaders = loaders ?? new LoaderOptions() }, name => published.Split(' ').Contains(name), _time, chain: _chain);
    }

    private MachineMemory Open() => MachineMemory.Open(_folder["state"], _time, NullLogger.Instance);

    private static NetbootClient Pc(ClientFirmware firmware = ClientFirmware.UefiX64, ClientStage stage = ClientStage.Pxe) =>
        new() { Mac = PhysicalAddress.Parse("525400000001"), Stage = stage, Firmware = firmware };
}
