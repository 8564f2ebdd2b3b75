using System.Net;
using Appliance.Formats.Dhcpv6;
using Appliance.Tests.Shared;

namespace Appliance.Formats.Tests.Dhcpv6;

public sealed class Dhcpv6MessageTests
{
    private static readonly Dhcpv6Request Solicit = new(Dhcpv6MessageType.Solicit)
    {
        Associations = [(7, ["fd00::5", "fd00::6"])],
        VendorClass = "PXEClient:Arch:00007:UNDI:003016",
        Architectures = [7],
    };

    [Fact]
    public void A_message_is_read_as_it_was_sent()
    {
        Assert.True(Dhcpv6Message.TryParse(Solicit.ToBytes(), out Dhcpv6Message message, out string? reason), reason);

        Assert.Equal(Dhcpv6MessageType.Solicit, message.Type);
        Assert.Equal(0x123456u, message.TransactionId);
        Assert.Equal(Dhcpv6Request.Client, message.ClientIdentifier.ToArray());
        Assert.True(message.ServerIdentifier.IsEmpty);
        Assert.True(message.TryGetOption(Dhcpv6OptionCode.ClientArchitecture, out ReadOnlySpan<byte> architecture));
        Assert.Equal([0, 7], architecture.ToArray());
        Assert.True(message.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out ReadOnlySpan<byte> value));
        Assert.True(IdentityAssociation.TryParse(value, out IdentityAssociation association));
        Assert.Equal(7u, association.Id);
        Assert.Equal(["fd00::5", "fd00::6"], Addresses(association));
    }

    /// <summary>A message may end behind any whole option; everywhere else it is cut.</summary>
    [Fact]
    public void Every_truncation_is_refused_or_ends_behind_an_option()
    {
        byte[] whole = Solicit.ToBytes();
        var ends = new List<int> { Dhcpv6Message.HeaderLength };
        for (int at = Dhcpv6Message.HeaderLength; at < whole.Length; ends.Add(at))
        {
            at += Dhcpv6OptionReader.HeaderLength + (whole[at + 2] << 8) + whole[at + 3];
        }

        for (int length = 0; length < whole.Length; length++)
        {
            bool parsed = Dhcpv6Message.TryParse(whole.AsSpan(0, length), out _, out string? reason);
            Assert.Equal(ends.Contains(length), parsed);
            Assert.Equal(parsed, reason is null);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(255)]
    public void Relays_and_unknown_messages_are_refused(byte type)
    {
        byte[] message = Solicit.ToBytes();
        message[0] = type;

        Assert.False(Dhcpv6Message.TryParse(message, out _, out string? reason));
        Assert.Equal("neither a client's nor a server's message", reason);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(130, true)]
    [InlineData(131, false)]
    public void RFC_8415_section_11_1_an_identifier_has_3_to_130_bytes(int length, bool expected)
    {
        byte[] message = new Dhcpv6Request(Dhcpv6MessageType.Solicit) { ClientIdentifier = new byte[length] }.ToBytes();

        Assert.Equal(expected, Dhcpv6Message.TryParse(message, out _, out _));
    }

    [Theory]
    [InlineData("00030001525400123456", "52:54:00:12:34:56")]
    [InlineData("000100012a2b2c2d525400123456", "52:54:00:12:34:56")]
    [InlineData("00030006525400123456", "00:00:00:00:00:00")]
    [InlineData("0003000152540012345678", "00:00:00:00:00:00")]
    [InlineData("0004000102030405060708090a0b0c0d0e0f", "00:00:00:00:00:00")]
    public void The_hardware_address_is_read_where_the_identifier_is_made_of_one(string identifier, string expected)
    {
        byte[] message = new Dhcpv6Request(Dhcpv6MessageType.Solicit) { ClientIdentifier = Convert.FromHexString(identifier) }.ToBytes();

        Assert.True(Dhcpv6Message.TryParse(message, out Dhcpv6Message parsed, out _));
        Assert.Equal(expected, parsed.ClientMac.ToString());
    }

    [Fact]
    public void RFC_8415_section_18_3_4_other_addresses_of_an_association_end_when_that_is_wanted()
    {
        Assert.True(Dhcpv6Message.TryParse(Solicit.ToBytes(), out Dhcpv6Message asked, out _));
        asked.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out ReadOnlySpan<byte> value);
        Assert.True(IdentityAssociation.TryParse(value, out IdentityAssociation association));
        byte[] own = IPAddress.Parse("fd00::6").GetAddressBytes();
        var writer = new Dhcpv6MessageWriter(new byte[200], Dhcpv6MessageType.Reply, 0xff123456);

        Assert.True(writer.TryAdd(association, own, seconds: 1000, endsOthers: true));

        // Head 4, option 4, IAID and times 12, two addresses of 4 + 24.
        Assert.Equal(4 + 4 + 12 + 28 + 28, writer.Length);
    }

    [Fact]
    public void What_an_answer_says_is_read_again()
    {
        Assert.True(Dhcpv6Message.TryParse(Solicit.ToBytes(), out Dhcpv6Message asked, out _));
        asked.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out ReadOnlySpan<byte> value);
        Assert.True(IdentityAssociation.TryParse(value, out IdentityAssociation association));
        byte[] buffer = new byte[200];
        var writer = new Dhcpv6MessageWriter(buffer, Dhcpv6MessageType.Advertise, asked.TransactionId);
        writer.TryAdd(association, IPAddress.Parse("fd00::9").GetAddressBytes(), seconds: 1000, endsOthers: false);
        writer.TryAdd(Dhcpv6OptionCode.BootFileUrl, "tftp://[fd00::1]/x"u8);

        Assert.True(Dhcpv6Message.TryParse(buffer.AsSpan(0, writer.Length), out Dhcpv6Message answer, out string? reason), reason);
        Assert.Equal(Dhcpv6MessageType.Advertise, answer.Type);
        Assert.Equal(0x123456u, answer.TransactionId);
        Assert.True(answer.TryGetOption(Dhcpv6OptionCode.BootFileUrl, out ReadOnlySpan<byte> url));
        Assert.Equal("tftp://[fd00::1]/x"u8, url);
        answer.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out ReadOnlySpan<byte> given);
        Assert.Equal("00000007" + "000001f4" + "00000320" + "00050018" + "fd000000000000000000000000000009" + "000003e8" + "000003e8", Convert.ToHexStringLower(given));
    }

    [Fact]
    public void What_does_not_fit_is_left_out_as_a_whole()
    {
        Assert.True(Dhcpv6Message.TryParse(Solicit.ToBytes(), out Dhcpv6Message asked, out _));
        asked.TryGetOption(Dhcpv6OptionCode.IdentityAssociation, out ReadOnlySpan<byte> value);
        Assert.True(IdentityAssociation.TryParse(value, out IdentityAssociation association));
        for (int room = Dhcpv6Message.HeaderLength; room < Dhcpv6Message.HeaderLength + 44; room++)
        {
            var writer = new Dhcpv6MessageWriter(new byte[room], Dhcpv6MessageType.Reply, 1);
            Assert.False(writer.TryAdd(association, new byte[16], seconds: 1, endsOthers: true));
            Assert.Equal(Dhcpv6Message.HeaderLength, writer.Length);
        }
    }

    private static List<string> Addresses(IdentityAssociation association)
    {
        var addresses = new List<string>();
        Dhcpv6OptionReader options = association.Options;
        while (IdentityAssociation.TryReadAddress(ref options, out ReadOnlySpan<byte> address))
        {
            addresses.Add(new IPAddress(address).ToString());
        }

        return addresses;
    }
}
