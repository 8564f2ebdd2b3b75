using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

public partial class TftpTransferTests
{
    private static TftpTerms Plain => default;

    private static readonly TftpTerms Window4 = new() { AgreedBlksize = 1468, AgreedWindowsize = 4 };

    private TimeSpan _now = TimeSpan.Zero;

    [Fact]
    public void T_01_without_options_the_first_block_opens_the_transfer()
    {
        var transfer = new TftpTransfer(Plain, 1000);
        Assert.Equal(Blocks(1, 1), Begin(transfer));
        Assert.Equal(Blocks(2, 1), Ack(transfer, 1));
        Assert.Equal(TftpActionKind.End, Ack(transfer, 2).Kind);
        Assert.Equal(TftpResult.Complete, transfer.Result);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 2)]
    [InlineData(513, 2)]
    [InlineData(1024, 3)]
    public void T_02_a_file_that_fills_its_blocks_ends_with_an_empty_one(long length, int blocks)
    {
        var transfer = new TftpTransfer(Plain, length);
        TftpAction action = Begin(transfer);
        int sent = 0;
        while (action.Kind == TftpActionKind.SendBlocks)
        {
            sent++;
            action = Ack(transfer, (ushort)action.First);
        }

        Assert.Equal(blocks, sent);
        Assert.Equal(TftpResult.Complete, transfer.Result);
    }

    [Fact]
    public void T_02_the_last_block_is_sent_again_until_it_is_acknowledged()
    {
        var transfer = new TftpTransfer(Plain, 600);
        Begin(transfer);
        Ack(transfer, 1);
        Assert.Equal(Blocks(2, 1), TimeOut(transfer));
        Assert.Equal(Blocks(2, 1), TimeOut(transfer));
        Assert.Equal(TftpActionKind.End, Ack(transfer, 2).Kind);
        Assert.Equal(2, transfer.Retransmissions);
    }

    [Fact]
    public void T_03_a_duplicate_ack_sends_nothing()
    {
        var transfer = new TftpTransfer(Plain, 5000);
        Begin(transfer);
        Ack(transfer, 1);
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 1).Kind);
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 1).Kind);
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 0).Kind);
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 4).Kind);
        Assert.Equal(Blocks(3, 1), Ack(transfer, 2));
    }

    [Fact]
    public void T_04_block_numbers_roll_over_to_zero()
    {
        var transfer = new TftpTransfer(Plain, 512L * 200_000);
        TftpAction action = Begin(transfer);
        for (long block = 1; block <= 140_000; block++)
        {
            Assert.Equal(Blocks(block, 1), action);
            action = Ack(transfer, (ushort)block);
        }

        Assert.Equal(140_000, transfer.AcknowledgedBlocks);
    }

    [Fact]
    public void T_04_a_window_goes_across_the_rollover()
    {
        var transfer = new TftpTransfer(Window4 with { AgreedWindowsize = 64 }, 1468L * 100_000);
        Begin(transfer);
        TftpAction action = Ack(transfer, 0);
        while (action.First < 65_500)
        {
            action = Ack(transfer, (ushort)(action.First + action.Count - 1));
        }

        Assert.Equal(Blocks(65_537, 64), action);
        Assert.Equal(Blocks(65_601, 64), Ack(transfer, 64));
    }

    [Fact]
    public void T_05_an_option_ack_opens_and_ack_zero_starts_the_data()
    {
        var transfer = new TftpTransfer(Window4, 1_000_000);
        Assert.Equal(TftpActionKind.SendOptionAck, Begin(transfer).Kind);
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 1).Kind);
        Assert.Equal(Blocks(1, 4), Ack(transfer, 0));
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, 0).Kind);
    }

    [Fact]
    public void T_05_a_repeated_request_gets_the_option_ack_again_until_it_is_answered()
    {
        var transfer = new TftpTransfer(Window4, 1_000_000);
        Begin(transfer);
        Assert.Equal(TftpActionKind.SendOptionAck, Step(transfer, TftpEventKind.RepeatedRequest).Kind);
        Ack(transfer, 0);
        Assert.Equal(TftpActionKind.Wait, Step(transfer, TftpEventKind.RepeatedRequest).Kind);
    }

    [Fact]
    public void T_05_the_option_ack_is_sent_again_when_it_is_not_answered()
    {
        var transfer = new TftpTransfer(Window4, 1_000_000);
        Begin(transfer);
        Assert.Equal(TftpActionKind.SendOptionAck, TimeOut(transfer).Kind);
    }

    [Fact]
    public void T_07_an_ack_inside_the_window_goes_on_behind_it()
    {
        var transfer = new TftpTransfer(Window4, 1_000_000);
        Begin(transfer);
        Ack(transfer, 0);
        Assert.Equal(Blocks(3, 4), Ack(transfer, 2));
        Assert.Equal(2, transfer.Retransmissions);
        Assert.Equal(Blocks(7, 4), Ack(transfer, 6));
    }

    [Fact]
    public void T_07_a_timeout_starts_the_window_again()
    {
        var transfer = new TftpTransfer(Window4, 1_000_000);
        Begin(transfer);
        Ack(transfer, 0);
        Ack(transfer, 4);
        Assert.Equal(Blocks(5, 4), TimeOut(transfer));
        Assert.Equal(4, transfer.Retransmissions);
    }

    [Fact]
    public void T_07_the_last_window_is_as_short_as_the_file()
    {
        var transfer = new TftpTransfer(Window4, (1468 * 5) + 10);
        Begin(transfer);
        Ack(transfer, 0);
        Assert.Equal(Blocks(5, 2), Ack(transfer, 4));
        Assert.Equal(TftpActionKind.End, Ack(transfer, 6).Kind);
    }

    [Fact]
    public void T_07_the_clients_timeout_bounds_the_wait()
    {
        var transfer = new TftpTransfer(new TftpTerms { AgreedTimeoutSeconds = 1 }, 1_000_000);
        Begin(transfer);
        Ack(transfer, 0);
        for (int i = 0; i < 10; i++)
        {
            TimeSpan before = _now;
            TimeOut(transfer);
            Assert.True(_now - before <= TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void T_08_an_error_after_the_size_is_a_probe()
    {
        var transfer = new TftpTransfer(Window4 with { AgreedTsize = 1_000_000 }, 1_000_000);
        Begin(transfer);
        Assert.Equal(TftpActionKind.End, Step(transfer, TftpEventKind.Error).Kind);
        Assert.Equal(TftpResult.SizeProbe, transfer.Result);
    }

    [Fact]
    public void T_08_an_error_in_the_middle_is_an_abort()
    {
        var transfer = new TftpTransfer(Window4 with { AgreedTsize = 1_000_000 }, 1_000_000);
        Begin(transfer);
        Ack(transfer, 0);
        Step(transfer, TftpEventKind.Error);
        Assert.Equal(TftpResult.ClientAborted, transfer.Result);
    }

    [Fact]
    public void V_04_a_client_that_never_answers_is_sent_three_packets()
    {
        var transfer = new TftpTransfer(Plain, 1_000_000);
        int sent = Begin(transfer).Count;
        TftpAction action;
        do
        {
            action = Step(transfer, TftpEventKind.RepeatedRequest);
            sent += action.Count;
            action = TimeOut(transfer);
            sent += action.Count;
        }
        while (action.Kind != TftpActionKind.End);

        Assert.Equal(TftpTransfer.MaxUnansweredSends, sent);
        Assert.Equal(TftpResult.TimedOut, transfer.Result);
    }

    [Fact]
    public void T_11_a_client_that_goes_silent_is_tried_five_times_and_given_up_within_thirty_seconds()
    {
        var transfer = new TftpTransfer(Plain, 1_000_000);
        Begin(transfer);
        Ack(transfer, 1);
        TimeSpan silentSince = _now;
        int tries = 0;
        while (TimeOut(transfer).Kind != TftpActionKind.End)
        {
            tries++;
        }

        Assert.True(tries >= 5);
        Assert.True(_now - silentSince <= TimeSpan.FromSeconds(30));
        Assert.Equal(TftpResult.TimedOut, transfer.Result);
    }

    [Fact]
    public void A_pause_of_the_client_does_not_end_the_transfer()
    {
        var transfer = new TftpTransfer(Plain, 1_000_000);
        Begin(transfer);
        for (ushort block = 1; block < 10; block++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            Ack(transfer, block);
        }

        while (transfer.Deadline < TimeSpan.FromSeconds(20))
        {
            TimeOut(transfer);
        }

        _now = TimeSpan.FromSeconds(20);
        Assert.Equal(Blocks(11, 1), Ack(transfer, 10));
    }

    [Fact]
    public void The_clock_before_the_deadline_sends_nothing()
    {
        var transfer = new TftpTransfer(Plain, 1_000_000);
        Begin(transfer);
        _now = transfer.Deadline - TimeSpan.FromTicks(1);
        Assert.Equal(TftpActionKind.Wait, Step(transfer, TftpEventKind.Clock).Kind);
    }

    [Fact]
    public void Random_events_never_acknowledge_more_than_was_sent()
    {
        var random = new Random(7440);
        for (int run = 0; run < 200; run++)
        {
            var terms = new TftpTerms { AgreedBlksize = 512, AgreedWindowsize = random.Next(1, 65) };
            var transfer = new TftpTransfer(terms, random.Next(1_000_000));
            TftpAction action = Begin(transfer);
            long sent = 0;
            for (int i = 0; i < 500 && action.Kind != TftpActionKind.End; i++)
            {
                sent = Math.Max(sent, action.First + action.Count - 1);
                _now += TimeSpan.FromMilliseconds(random.Next(50));
                var kind = (TftpEventKind)random.Next(1, 5);
                kind = kind == TftpEventKind.Error ? TftpEventKind.Ack : kind;
                ushort block = random.Next(3) == 0 ? (ushort)random.Next(65536) : (ushort)(sent - random.Next(3));
                action = transfer.Step(new TftpEvent(kind, block), _now);
                Assert.True(transfer.AcknowledgedBlocks <= sent);
                Assert.InRange(action.Count, 0, transfer.MaxBlocks);
            }
        }
    }

    private TftpAction Begin(TftpTransfer transfer) => Step(transfer, TftpEventKind.Begin);

    private TftpAction Ack(TftpTransfer transfer, ushort block) => transfer.Step(new TftpEvent(TftpEventKind.Ack, block), _now);

    private TftpAction TimeOut(TftpTransfer transfer)
    {
        _now = transfer.Deadline;
        return Step(transfer, TftpEventKind.Clock);
    }

    private TftpAction Step(TftpTransfer transfer, TftpEventKind kind) => transfer.Step(new TftpEvent(kind), _now);

    private static TftpAction Blocks(long first, int count) => new(TftpActionKind.SendBlocks, first, count);
}
