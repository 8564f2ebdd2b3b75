using Appliance.Dhcp;
using Appliance.Formats.Dhcp;
using Appliance.Formats.Link;
using Appliance.Tests.Shared;

namespace Appliance.Tests.Dhcp;

/// <summary>Who gets which address: conformance D-07, D-10, D-12, D-14, V-05, V-06.</summary>
public sealed class LeaseTableTests
{
    private static readonly (DhcpOptionCode, byte[]) Boots = (DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003000"u8.ToArray());

    [Fact]
    public void D_10_an_offer_is_kept_for_sixty_seconds()
    {
        var bench = Bench.WithPool("192.168.100.100", "192.168.100.100");
        bench.Discover(DhcpRequest.Mac(1));

        bench.Time.Advance(LeaseTable.OfferTime - TimeSpan.FromTicks(1));
        Assert.Equal(DhcpOutcome.PoolExhausted, bench.Discover(DhcpRequest.Mac(2)).Outcome);
        bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(DhcpOutcome.Offer, bench.Discover(DhcpRequest.Mac(2)).Outcome);
    }

    [Fact]
    public void New_clients_get_fresh_addresses_first_then_the_one_that_is_free_for_longest()
    {
        var bench = Bench.WithPool("192.168.100.100", "192.168.100.102");
        string first = bench.Obtain(DhcpRequest.Mac(1));
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        string second = bench.Obtain(DhcpRequest.Mac(2));
        bench.Release(DhcpRequest.Mac(2), second);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Release(DhcpRequest.Mac(1), first);

        Assert.Equal("192.168.100.102", bench.Obtain(DhcpRequest.Mac(3)));
        Assert.Equal(second, bench.Obtain(DhcpRequest.Mac(4)));
        Assert.Equal(first, bench.Obtain(DhcpRequest.Mac(5)));
        Assert.Equal(DhcpOutcome.PoolExhausted, bench.Discover(DhcpRequest.Mac(6)).Outcome);
    }

    [Fact]
    public void Our_own_address_and_those_with_a_meaning_are_never_given_out()
    {
        var bench = Bench.WithPool("192.168.100.0", "192.168.100.255");
        HashSet<string> given = [];
        for (int client = 0; client < 300; client++)
        {
            Answer offer = bench.Discover(DhcpRequest.Mac(client), Boots);
            if (offer.Outcome == DhcpOutcome.Offer)
            {
                Assert.True(given.Add(offer.Address));
            }
        }

        Assert.Equal(253, given.Count);
        Assert.DoesNotContain("192.168.100.0", given);
        Assert.DoesNotContain("192.168.100.1", given);
        Assert.DoesNotContain("192.168.100.255", given);
    }

    [Fact]
    public void V_05_a_flood_of_made_up_clients_leaves_a_fifth_of_the_pool_to_machines_that_boot()
    {
        var bench = new Bench();
        for (int client = 0; client < 10_000; client++)
        {
            bench.Discover(DhcpRequest.Mac(client));
        }

        Assert.Equal(DhcpOutcome.PoolExhausted, bench.Discover(DhcpRequest.Mac(20_000)).Outcome);
        Assert.Equal("192.168.100.180", bench.Obtain(DhcpRequest.Mac(20_001), Boots));
    }

    [Fact]
    public void V_05_a_known_client_keeps_its_address_through_a_flood()
    {
        var bench = new Bench();
        string address = bench.Obtain(DhcpRequest.Mac(77_777));
        for (int client = 0; client < 10_000; client++)
        {
            bench.Discover(DhcpRequest.Mac(client));
        }

        Assert.Equal(address, bench.Obtain(DhcpRequest.Mac(77_777)));
    }

    [Fact]
    public void V_05_a_machine_that_had_a_lease_gets_an_address_when_a_flood_has_taken_its_own()
    {
        var bench = new Bench();
        byte[] known = DhcpRequest.Mac(77_777);
        bench.Obtain(known);
        bench.Time.Advance(bench.Options.Dhcp.LeaseTime);
        for (int client = 0; client < 10_000; client++)
        {
            bench.Discover(DhcpRequest.Mac(client));
        }

        Assert.Equal(DhcpOutcome.PoolExhausted, bench.Discover(DhcpRequest.Mac(20_000)).Outcome);
        Assert.Equal("192.168.100.180", bench.Obtain(known));
    }

    [Fact]
    public void V_05_a_machine_that_is_known_from_disk_counts_as_known()
    {
        var bench = new Bench();
        byte[] known = DhcpRequest.Mac(1);
        bench.Leases.Restore(Address(100), new ClientIdentity([1, .. known], MacAddress.Read(known)), TimeSpan.Zero);
        for (int client = 10; client < 10_000; client++)
        {
            bench.Discover(DhcpRequest.Mac(client));
        }

        Assert.Equal("192.168.100.180", bench.Obtain(known));
    }

    [Fact]
    public void V_05_what_is_held_back_cannot_be_had_by_claiming_it()
    {
        var bench = new Bench();

        Assert.Equal(DhcpOutcome.Nak, bench.Reboot(DhcpRequest.Mac(1), "192.168.100.180").Outcome);
        Assert.Equal(DhcpOutcome.Ack, bench.Reboot(DhcpRequest.Mac(1), "192.168.100.179").Outcome);
        Assert.Equal(DhcpOutcome.Ack, bench.Reboot(DhcpRequest.Mac(2), "192.168.100.180", Boots).Outcome);
        Assert.Equal(DhcpOutcome.Ack, bench.Renew(DhcpRequest.Mac(2), "192.168.100.180").Outcome);
    }

    [Fact]
    public void V_06_an_identifier_or_a_hardware_address_alone_gives_nothing_up()
    {
        var bench = new Bench();
        byte[] mac = DhcpRequest.Mac(1);
        (DhcpOptionCode, byte[]) identifier = (DhcpOptionCode.ClientIdentifier, [0xff, 1, 2, 3]);
        string address = bench.Obtain(mac, identifier);
        DhcpRequest release = DhcpRequest.Of(DhcpMessageType.Release, identifier) with { Ciaddr = address, Chaddr = DhcpRequest.Mac(9) };

        Assert.Equal(DhcpOutcome.NotHolder, bench.Send(release).Outcome);
        Assert.Equal(DhcpOutcome.NotHolder, bench.Release(mac, address).Outcome);
        Assert.Equal(DhcpOutcome.NotHolder, bench.Decline(mac, address).Outcome);
        Assert.Equal(DhcpOutcome.Released, bench.Send(release with { Chaddr = mac }).Outcome);
    }

    [Fact]
    public void V_06_a_client_that_declines_everything_takes_at_most_a_quarter_out_of_use()
    {
        var bench = new Bench();
        for (int round = 0; round < 1000; round++)
        {
            byte[] mac = DhcpRequest.Mac(round);
            if (bench.Discover(mac) is { Outcome: DhcpOutcome.Offer } offer)
            {
                bench.Decline(mac, offer.Address);
            }
        }

        int left = 0;
        for (int client = 0; client < 100; client++)
        {
            left += bench.Discover(DhcpRequest.Mac(50_000 + client), Boots).Outcome == DhcpOutcome.Offer ? 1 : 0;
        }

        Assert.Equal(75, left);
        bench.Time.Advance(LeaseTable.QuarantineTime);
        Assert.Equal(DhcpOutcome.Offer, bench.Discover(DhcpRequest.Mac(60_000)).Outcome);
    }

    [Fact]
    public void D_14_an_address_on_offer_that_a_stranger_uses_is_refused_and_another_is_offered()
    {
        var bench = new Bench();
        byte[] mac = DhcpRequest.Mac(1);
        Answer offer = bench.Discover(mac);
        Assert.True(offer.Reply.NeedsProbe);

        Assert.True(bench.Leases.TryReportConflict(offer.Reply.Address, MacAddress.Read(DhcpRequest.Mac(9)), bench.Now));

        Assert.Equal(DhcpOutcome.Nak, bench.Select(mac, offer.Address).Outcome);
        Assert.NotEqual(offer.Address, bench.Obtain(mac));
    }

    [Fact]
    public void D_14_the_client_itself_and_a_granted_address_are_no_conflict()
    {
        var bench = new Bench();
        byte[] mac = DhcpRequest.Mac(1);
        Answer offer = bench.Discover(mac);

        Assert.False(bench.Leases.TryReportConflict(offer.Reply.Address, MacAddress.Read(mac), bench.Now));
        bench.Select(mac, offer.Address);
        Assert.False(bench.Leases.TryReportConflict(offer.Reply.Address, MacAddress.Read(DhcpRequest.Mac(9)), bench.Now));
    }

    [Fact]
    public void D_14_an_address_that_was_leased_before_is_not_probed_again()
    {
        var bench = new Bench();
        bench.Obtain(DhcpRequest.Mac(1));

        Assert.False(bench.Discover(DhcpRequest.Mac(1)).Reply.NeedsProbe);
    }

    [Fact]
    public void A_boot_lease_ends_after_ten_minutes_and_an_operating_systems_does_not()
    {
        var bench = Bench.WithPool("192.168.100.100", "192.168.100.100");
        bench.Obtain(DhcpRequest.Mac(1), Boots);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        bench.Obtain(DhcpRequest.Mac(2));
        bench.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(DhcpOutcome.PoolExhausted, bench.Discover(DhcpRequest.Mac(3), Boots).Outcome);
    }

    [Fact]
    public void Granted_released_and_declined_leases_are_written_and_offers_are_not()
    {
        var bench = new Bench();
        byte[] mac = DhcpRequest.Mac(1);
        string address = bench.Discover(mac).Address;
        Assert.Empty(bench.Leases.TakeChanged());

        bench.Select(mac, address);
        Assert.Equal(bench.Now + bench.Options.Dhcp.LeaseTime, Assert.Single(bench.Leases.TakeChanged()).StoredUntil);
        bench.Release(mac, address);
        Assert.Equal(bench.Now, Assert.Single(bench.Leases.TakeChanged()).StoredUntil);
        bench.Obtain(mac);
        bench.Leases.TakeChanged();
        bench.Decline(mac, address);
        Assert.Empty(Assert.Single(bench.Leases.TakeChanged()).Identity);
    }

    [Fact]
    public void A_renewal_before_half_of_t1_is_not_written_and_one_after_it_is()
    {
        var bench = new Bench();
        byte[] mac = DhcpRequest.Mac(1);
        string address = bench.Obtain(mac);
        bench.Leases.TakeChanged();

        bench.Time.Advance(TimeSpan.FromHours(3) - TimeSpan.FromSeconds(1));
        bench.Renew(mac, address);
        Assert.Empty(bench.Leases.TakeChanged());
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.Renew(mac, address);
        Assert.Single(bench.Leases.TakeChanged());
    }

    [Fact]
    public void D_10_a_restored_lease_is_held_and_one_that_has_ended_is_given_to_its_holder_first()
    {
        var bench = new Bench();
        byte[] holder = [1, .. DhcpRequest.Mac(1)];
        byte[] former = [1, .. DhcpRequest.Mac(2)];
        bench.Time.Advance(TimeSpan.FromHours(5));
        bench.Leases.Restore(Address(150), new ClientIdentity(holder, MacAddress.Read(DhcpRequest.Mac(1))), TimeSpan.FromHours(6));
        bench.Leases.Restore(Address(160), new ClientIdentity(former, MacAddress.Read(DhcpRequest.Mac(2))), TimeSpan.FromHours(4));
        bench.Leases.Restore(new Ipv4Address(0x0a000001), new ClientIdentity(former, MacAddress.None), TimeSpan.FromHours(6));

        Assert.Equal(DhcpOutcome.Nak, bench.Reboot(DhcpRequest.Mac(3), "192.168.100.150").Outcome);
        Assert.Equal("192.168.100.150", bench.Discover(DhcpRequest.Mac(1)).Address);
        Assert.Equal("192.168.100.160", bench.Discover(DhcpRequest.Mac(2)).Address);
        Assert.Empty(bench.Leases.TakeChanged());
    }

    private static Ipv4Address Address(byte last) => new(0xc0a86400u | last);

    [Fact]
    public void No_two_clients_ever_hold_the_same_address()
    {
        var random = new Random(2131);
        var bench = Bench.WithPool("192.168.100.100", "192.168.100.119");
        Dictionary<string, (int Client, TimeSpan Until)> held = [];
        for (int round = 0; round < 20_000; round++)
        {
            int client = random.Next(40);
            byte[] mac = DhcpRequest.Mac(client);
            string address = $"192.168.100.{100 + random.Next(20)}";
            Answer answer = random.Next(6) switch
            {
                0 => bench.Discover(mac),
                1 => bench.Reboot(mac, address),
                2 => bench.Renew(mac, address),
                3 => bench.Release(mac, address),
                4 => bench.Decline(mac, address),
                _ => bench.Discover(mac) is { Outcome: DhcpOutcome.Offer } offer ? bench.Select(mac, offer.Address) : bench.Discover(mac),
            };
            if (answer.Outcome == DhcpOutcome.Ack)
            {
                if (held.TryGetValue(answer.Address, out (int Client, TimeSpan Until) other) && other.Until > bench.Now)
                {
                    Assert.Equal(other.Client, client);
                }

                held[answer.Address] = (client, bench.Now + bench.Options.Dhcp.LeaseTime);
            }
            else if (answer.Outcome is DhcpOutcome.Released or DhcpOutcome.Declined)
            {
                Assert.Equal(client, held.TryGetValue(address, out (int Client, TimeSpan Until) holder) ? holder.Client : client);
                held.Remove(address);
            }

            bench.Time.Advance(TimeSpan.FromMinutes(random.Next(30)));
        }

        Assert.NotEmpty(held);
    }
}
