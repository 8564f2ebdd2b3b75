using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

/// <summary>What is repeated when packets are lost (docs/adr/0007).</summary>
public partial class TftpTransferTests
{
    [Theory]
    [InlineData(null, 5500)]
    [InlineData(1_000_000L, 500)]
    public void T_05_who_did_not_ask_for_the_size_is_sent_no_second_option_ack_before_it_had_time_to_ask_again(long? tsize, int expected)
    {
        var transfer = new TftpTransfer(Window4 with { AgreedTsize = tsize }, 1_000_000);
        Begin(transfer);
        Assert.Equal(TimeSpan.FromMilliseconds(expected), transfer.Deadline);
        Assert.Equal(TftpActionKind.SendOptionAck, Step(transfer, TftpEventKind.RepeatedRequest).Kind);
    }

    [Fact]
    public void T_03_a_block_that_was_repeated_in_vain_is_sent_with_the_one_behind_it_for_clients_that_answer_none_twice()
    {
        TftpTransfer transfer = Running(out ushort block);
        Assert.Equal(Blocks(block + 1, 1), TimeOut(transfer));
        Assert.Equal(Blocks(block + 1, 2), TimeOut(transfer));

        // It had the first: its ACK was lost, and only the second is news to it.
        Assert.Equal(Blocks(block + 3, 1), Ack(transfer, (ushort)(block + 2)));
    }

    [Fact]
    public void T_03_a_client_that_takes_both_is_sent_the_second_once_more_and_nothing_for_its_second_answer()
    {
        TftpTransfer transfer = Running(out ushort block);
        TimeOut(transfer);
        TimeOut(transfer);

        Assert.Equal(Blocks(block + 2, 1), Ack(transfer, (ushort)(block + 1)));
        Assert.Equal(Blocks(block + 3, 1), Ack(transfer, (ushort)(block + 2)));
        Assert.Equal(TftpActionKind.Wait, Ack(transfer, (ushort)(block + 2)).Kind);
    }

    [Fact]
    public void V_04_a_client_that_has_not_answered_and_one_that_asked_for_windows_or_text_are_sent_no_more_than_was_agreed()
    {
        var silent = new TftpTransfer(Plain, 1_000_000);
        Begin(silent);
        TimeOut(silent);
        Assert.Equal(Blocks(1, 1), TimeOut(silent));
        foreach (TftpTransfer transfer in new[] { new TftpTransfer(Plain, null), new TftpTransfer(new TftpTerms { AgreedWindowsize = 2 }, 1_000_000) })
        {
            int count = Begin(transfer) is { Kind: TftpActionKind.SendOptionAck } ? Ack(transfer, 0).Count : 1;
            Ack(transfer, (ushort)count);
            TimeOut(transfer);
            Assert.Equal(count, TimeOut(transfer).Count);
        }
    }

    [Fact]
    public void T_03_one_lost_packet_delays_its_own_block_alone()
    {
        TftpTransfer transfer = Running(out ushort block);
        TimeOut(transfer);
        TimeOut(transfer);
        _now += TimeSpan.FromMilliseconds(1);
        Ack(transfer, ++block);

        Assert.Equal(RetransmissionTimer.Minimum, transfer.Deadline - _now);
    }

    [Fact]
    public void T_03_a_client_that_has_become_slow_is_sent_some_blocks_twice_and_then_waited_for()
    {
        TftpTransfer transfer = Running(out ushort block);
        for (int i = 0; i < 4; i++)
        {
            AnswerAfter(transfer, TimeSpan.FromMilliseconds(100), ++block);
        }

        long before = transfer.Retransmissions;
        for (int i = 0; i < 20; i++)
        {
            AnswerAfter(transfer, TimeSpan.FromMilliseconds(100), ++block);
        }

        Assert.Equal(before, transfer.Retransmissions);
    }

    /// <summary>A transfer to a client that answers at once, and the last block that it had.</summary>
    private TftpTransfer Running(out ushort block)
    {
        var transfer = new TftpTransfer(Plain, 1_000_000);
        Begin(transfer);
        for (block = 1; block <= 20; block++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            Ack(transfer, block);
        }

        block--;
        return transfer;
    }

    private void AnswerAfter(TftpTransfer transfer, TimeSpan delay, ushort block)
    {
        TimeSpan answered = _now + delay;
        while (transfer.Deadline < answered)
        {
            TimeOut(transfer);
        }

        _now = answered;
        Ack(transfer, block);
    }
}
