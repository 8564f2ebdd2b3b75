using Appliance.Formats.Nfs;

namespace Appliance.Formats.Tests.Nfs;

public sealed class RpcRecordBufferTests
{
    private const int MaxRecord = 10_000;

    private static readonly byte[] Payload = [.. Enumerable.Range(0, 9_000).Select(static i => (byte)(i * 7))];

    private readonly RpcRecordBuffer _buffer = new(MaxRecord);
    private readonly List<byte[]> _records = [];
    private string? _reason;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Records_are_put_together_however_the_stream_is_cut(int piece)
    {
        byte[] stream = [.. Fragment(true, Payload[..100]), .. Fragment(false, Payload[..4]), .. Fragment(false, []),
            .. Fragment(false, Payload[4..3000]), .. Fragment(true, Payload[3000..]), .. Fragment(true, Payload[..7])];
        Feed(stream, piece);
        Assert.Equal([Payload[..100], Payload, Payload[..7]], _records);
        Assert.Null(_reason);
    }

    [Theory]
    [InlineData(MaxRecord, true)]
    [InlineData(MaxRecord + 1, false)]
    [InlineData(int.MaxValue, false)]
    public void A_record_has_a_greatest_length(int length, bool valid)
    {
        byte[] head = new byte[RpcFragment.HeadLength];
        new RpcFragment(true, length).Write(head);
        Feed(head, 4);
        Assert.Equal(valid, _reason is null);
    }

    [Fact]
    public void Fragments_together_have_the_same_greatest_length()
    {
        Feed([.. Fragment(false, Payload), .. Fragment(true, Payload[..1001])], 100_000);
        Assert.NotNull(_reason);
        Assert.Empty(_records);
    }

    [Fact]
    public void Records_of_the_greatest_length_follow_one_another()
    {
        byte[] longest = new byte[MaxRecord];
        longest[^1] = 1;
        Feed([.. Fragment(true, longest), .. Fragment(false, longest[..1]), .. Fragment(true, longest[1..]), .. Fragment(true, longest)], 4096);
        Assert.Equal([longest, longest, longest], _records);
    }

    private void Feed(ReadOnlySpan<byte> stream, int piece)
    {
        while (!stream.IsEmpty && _reason is null)
        {
            Span<byte> room = _buffer.GetRoom().Span;
            Assert.False(room.IsEmpty);
            int count = Math.Min(Math.Min(room.Length, piece), stream.Length);
            stream[..count].CopyTo(room);
            stream = stream[count..];
            _buffer.Add(count);
            while (_buffer.TryTake(out ReadOnlySpan<byte> record, out _reason))
            {
                _records.Add(record.ToArray());
            }
        }
    }

    private static byte[] Fragment(bool isLast, byte[] bytes)
    {
        byte[] fragment = new byte[RpcFragment.HeadLength + bytes.Length];
        new RpcFragment(isLast, bytes.Length).Write(fragment);
        bytes.CopyTo(fragment, RpcFragment.HeadLength);
        return fragment;
    }
}
