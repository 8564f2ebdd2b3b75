using System.Net;
using System.Net.Sockets;
using Appliance.Formats.Nbd;
using Appliance.Nbd;
using Appliance.Options;
using Appliance.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Nbd;

/// <summary>The server on real loopback sockets.</summary>
public sealed class NbdServerTests : IAsyncLifetime
{
    private NbdServerFixture _fixture = null!;

    private byte[] Content => _fixture.Library.Content;

    public async Task InitializeAsync() => _fixture = await NbdServerFixture.StartAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 2048)]
    [InlineData(511, 32768)]
    [InlineData(4096, 32769)]
    [InlineData(77, 40000)]
    [InlineData(3, 65536)]
    [InlineData(0, 1_300_001)]
    [InlineData(1_300_000, 1)]
    [InlineData(1_300_001, 0)]
    public void A_read_of_any_length_is_answered_with_its_bytes(int offset, int length)
    {
        using NbdClient client = _fixture.Connect();
        Assert.Equal(Content.Length, client.Start(NbdLibrary.Disk));
        Assert.Equal(_fixture.Library.Slice(offset, length), client.Read((ulong)offset, length));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 2048)]
    [InlineData(9, 32768)]
    public void A_short_structured_read_is_one_chunk_with_its_offset(int offset, int length)
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk, structured: true);
        client.Send(NbdClient.Request(NbdCommand.Read, (ulong)offset, (uint)length, 7, NbdCommandModifiers.DoNotFragment));
        Assert.Equal($"668E33EF{"0001"}{"0001"}{7:X16}{length + 8:X8}{offset:X16}", Convert.ToHexString(client.Receive(28)));
        Assert.Equal(_fixture.Library.Slice(offset, length), client.Receive(length));
    }

    [Fact]
    public void A_long_structured_read_ends_when_nothing_can_fail_any_more()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk, structured: true);
        client.Send(NbdClient.Request(NbdCommand.Read, 9, 500_000, 7, NbdCommandModifiers.DoNotFragment));
        Assert.Equal($"668E33EF{"0000"}{"0001"}{7:X16}{500_008:X8}{9:X16}", Convert.ToHexString(client.Receive(28)));
        Assert.Equal(_fixture.Library.Slice(9, 500_000), client.Receive(500_000));
        Assert.Equal($"668E33EF{"0001"}{"0000"}{7:X16}{0:X8}", Convert.ToHexString(client.Receive(20)));
    }

    [Fact]
    public void A_structured_read_of_nothing_is_done()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk, structured: true);
        client.Send(NbdClient.Request(NbdCommand.Read, 9, 0, 7));
        Assert.Equal($"668E33EF{"0001"}{"0000"}{7:X16}{0:X8}", Convert.ToHexString(client.Receive(20)));
    }

    [Fact]
    public void A_long_structured_read_that_fails_in_the_middle_is_padded_and_the_session_goes_on()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk, structured: true);
        _fixture.Library.Truncate(NbdLibrary.Disk + ".img", 100_000);
        client.Send(NbdClient.Request(NbdCommand.Read, 0, 200_000, 7));
        client.Receive(28);
        Assert.Equal([.. _fixture.Library.Slice(0, 100_000), .. new byte[100_000]], client.Receive(200_000));
        Assert.Equal($"668E33EF{"0001"}{"8001"}{7:X16}{6:X8}{5:X8}{"0000"}", Convert.ToHexString(client.Receive(26)));
        client.Send(NbdClient.Request(NbdCommand.Flush, cookie: 8));
        client.ReceiveSimple(cookie: 8);
    }

    [Fact]
    public void A_structured_read_beyond_the_end_is_refused_by_a_chunk()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk, structured: true);
        client.Send(NbdClient.Request(NbdCommand.Read, (ulong)Content.Length, 1, 7));
        Assert.Equal($"668E33EF{"0001"}{"8001"}{7:X16}{6:X8}{22:X8}{"0000"}", Convert.ToHexString(client.Receive(26)));
    }

    [Fact]
    public void A_file_inside_an_image_is_read()
    {
        using NbdClient client = _fixture.Connect();
        Assert.Equal(NbdLibrary.InitrdLength, client.Start(NbdLibrary.Disc + "/initrd"));
        Assert.Equal(_fixture.Library.Slice(0, NbdLibrary.InitrdLength), client.Read(0, NbdLibrary.InitrdLength));
        client.Send(NbdClient.Request(NbdCommand.Read, (ulong)NbdLibrary.InitrdLength - 1, 2));
        client.ReceiveSimple(NbdError.Invalid);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        var random = new Random(2);
        (int Offset, int Length)[] reads = [.. Enumerable.Range(0, 400).Select(i => i % 8 == 0
            ? (random.Next(1_000_000), random.Next(200_000))
            : (random.Next(1_000_000), random.Next(5_000)))];
        Task sending = Task.Run(() => client.Send([.. reads.SelectMany(static (read, i) =>
            NbdClient.Request(NbdCommand.Read, (ulong)read.Offset, (uint)read.Length, (ulong)i))]));
        for (int i = 0; i < reads.Length; i++)
        {
            byte[] received = client.ReceiveSimple(cookie: (ulong)i, length: reads[i].Length);
            Assert.Equal(_fixture.Library.Slice(reads[i].Offset, reads[i].Length), received);
        }

        await sending.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Requests_may_follow_the_handshake_without_waiting_for_its_end()
    {
        using NbdClient client = _fixture.Connect();
        client.Send([0, 0, 0, 3, .. Convert.FromHexString("49484156454F5054" + "00000001" + "0000000C"), .. "disks/random"u8,
            .. NbdClient.Request(NbdCommand.Read, 100, 3000)]);
        client.Receive(NbdHandshakeWriter.GreetingLength + 10);
        Assert.Equal(_fixture.Library.Slice(100, 3000), client.ReceiveSimple(length: 3000));
    }

    [Theory]
    [InlineData(NbdCommand.Trim)]
    [InlineData(NbdCommand.WriteZeroes)]
    [InlineData(NbdCommand.Resize)]
    public void N_02_nothing_can_be_changed(NbdCommand command)
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Send(NbdClient.Request(command, 0, 512));
        client.ReceiveSimple(NbdError.NotPermitted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8192)]
    [InlineData(1_000_000)]
    public void N_02_a_write_is_refused_after_its_bytes_and_the_session_goes_on(int length)
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Send([.. NbdClient.Request(NbdCommand.Write, 0, (uint)length), .. new byte[length]]);
        client.Send(NbdClient.Request(NbdCommand.Flush, cookie: 2));
        client.ReceiveSimple(NbdError.NotPermitted);
        client.ReceiveSimple(cookie: 2);
        Assert.Equal(_fixture.Library.Slice(0, 10), client.Read(0, 10));
    }

    [Theory]
    [InlineData(1_300_001UL, 1u)]
    [InlineData(1_300_000UL, 2u)]
    [InlineData(0UL, 1_300_002u)]
    [InlineData(ulong.MaxValue, 1u)]
    [InlineData(ulong.MaxValue, uint.MaxValue)]
    [InlineData(0x8000_0000_0000_0000UL, 0u)]
    [InlineData(0UL, 32u * 1024 * 1024 + 1)]
    public void N_02_a_read_beyond_the_end_or_too_long_is_refused_and_never_short(ulong offset, uint length)
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Send(NbdClient.Request(NbdCommand.Read, offset, length));
        client.ReceiveSimple(NbdError.Invalid);
        Assert.Equal(_fixture.Library.Slice(0, 10), client.Read(0, 10));
    }

    [Theory]
    [InlineData(NbdCommand.Read, 0, 33 << 20, NbdCommandModifiers.DoNotFragment, true, NbdError.Overflow)]
    [InlineData(NbdCommand.Read, 0, 32 << 20, NbdCommandModifiers.DoNotFragment, true, NbdError.None)]
    [InlineData(NbdCommand.Read, 0, 1, NbdCommandModifiers.DoNotFragment, false, NbdError.Invalid)]
    [InlineData(NbdCommand.Read, 0, 1, (NbdCommandModifiers)0x8000, true, NbdError.Invalid)]
    [InlineData(NbdCommand.Flush, 0, 0, (NbdCommandModifiers)1, true, NbdError.Invalid)]
    [InlineData(NbdCommand.Cache, 0, 1, NbdCommandModifiers.None, true, NbdError.Invalid)]
    [InlineData(NbdCommand.BlockStatus, 0, 1, NbdCommandModifiers.None, true, NbdError.Invalid)]
    [InlineData((NbdCommand)999, 0, 1, NbdCommandModifiers.None, true, NbdError.Invalid)]
    internal void N_02_requests_are_judged_by_their_rules(
        NbdCommand command, ulong offset, int length, NbdCommandModifiers flags, bool structured, NbdError expected) =>
        Assert.Equal(expected, NbdTransmission.Judge(new NbdRequest(flags, command, 1, offset, (uint)length), 1L << 40, structured));

    [Fact]
    public void N_02_a_request_without_its_magic_number_ends_the_session()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Send(new byte[NbdRequest.Length]);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public void Disconnect_ends_the_session_after_its_last_answer()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        client.Send([.. NbdClient.Request(NbdCommand.Read, 0, 100), .. NbdClient.Request(NbdCommand.Disconnect)]);
        client.ReceiveSimple(length: 100);
        Assert.True(client.IsClosed());
        _fixture.WaitForSessions(0);
    }

    [Fact]
    public void Every_truncation_of_a_session_leaves_nothing_behind()
    {
        byte[] messages = [0, 0, 0, 3, .. Convert.FromHexString("49484156454F5054" + "00000001" + "0000000C"), .. "disks/random"u8,
            .. NbdClient.Request(NbdCommand.Read, 100, 3000), .. NbdClient.Request(NbdCommand.Write, 0, 20), .. new byte[20]];
        for (int length = 0; length < messages.Length; length++)
        {
            using NbdClient client = _fixture.Connect();
            client.Send(messages.AsSpan(0, length));
            client.CloseSending();
            Assert.True(client.IsClosed());
        }

        _fixture.WaitForSessions(0);
    }

    [Fact]
    public void An_image_that_is_removed_is_read_to_its_end()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        _fixture.Library.Remove(NbdLibrary.Disk + ".img");
        Assert.Equal(Content, client.Read(0, Content.Length));
        using NbdClient late = _fixture.Connect();
        late.Greet();
        late.SendOption(NbdOptionCode.ExportName, "disks/random"u8);
        Assert.True(late.IsClosed());
    }

    [Fact]
    public void An_image_that_is_cut_short_fails_a_short_read_and_ends_a_long_one()
    {
        using NbdClient client = _fixture.Connect();
        client.Start(NbdLibrary.Disk);
        _fixture.Library.Truncate(NbdLibrary.Disk + ".img", 100_000);
        client.Send(NbdClient.Request(NbdCommand.Read, 99_990, 20));
        client.ReceiveSimple(NbdError.InputOutput);
        Assert.Equal(_fixture.Library.Slice(0, 99_000), client.Read(0, 99_000));
        client.Send(NbdClient.Request(NbdCommand.Read, 0, 200_000));
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task Stopping_ends_sessions_in_every_phase()
    {
        using NbdClient silent = _fixture.Connect();
        using NbdClient idle = _fixture.Connect();
        idle.Start(NbdLibrary.Disk);
        using NbdClient stalled = _fixture.Connect();
        stalled.Start(NbdLibrary.Disk);
        stalled.Send([.. Enumerable.Repeat(NbdClient.Request(NbdCommand.Read, 0, 1_300_001), 100).SelectMany(static request => request)]);
        _fixture.WaitForSessions(3);
        await _fixture.StopAsync();
        Assert.Equal(0, _fixture.Server.ActiveSessions);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_its_setting()
    {
        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Nbd = new NbdOptions { Port = _fixture.Server.LocalEndPoint.Port },
        };
        var second = new NbdServer(options, _fixture.Library.Library, TimeProvider.System, NullLogger<NbdServer>.Instance);
        StartException failure = await Assert.ThrowsAsync<StartException>(() => second.RunAsync(CancellationToken.None));
        Assert.Contains("nbd-port", failure.Message, StringComparison.Ordinal);
    }
}
