using Appliance.Formats.Nfs;
using Appliance.Formats.Tests.Nfs;

namespace Appliance.Fuzz.Nfs;

public sealed class NfsFuzz
{
    private const int Cases = 50_000;
    private const int MaxRecord = 4096;

    [Fact]
    public void Damaged_calls_and_their_arguments_end_in_values_inside_them_or_a_reason()
    {
        var mutator = new ByteMutator(RpcGolden.All);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] message = mutator.Mutate(seed);
            bool parsed = RpcCall.TryParse(message, out RpcCall call, out string? reason);
            Assert.Equal(parsed, reason is null);
            if (parsed)
            {
                Assert.True(message.AsSpan().EndsWith(call.Arguments));
                AssertInside(call.Arguments);
            }
        });
    }

    [Fact]
    public void Damaged_streams_end_in_records_within_the_limit_or_a_reason()
    {
        byte[] stream = [.. RpcGolden.All.SelectMany(static call => (byte[])[0x80, 0, 0, (byte)call.Length, .. call])];
        byte[] fragments =
        [
            .. RpcGolden.All.SelectMany(static call =>
                (byte[])[0, 0, 0, 8, .. call[..8], 0, 0, 0, 0, 0x80, 0, 0, (byte)(call.Length - 8), .. call[8..]]),
        ];
        var mutator = new ByteMutator(stream, fragments);
        FuzzCases.Run(Cases, seed => AssertRecords(mutator.Mutate(seed), new Random(seed)));
    }

    /// <summary>The same bytes, in pieces of any length.</summary>
    private static void AssertRecords(ReadOnlySpan<byte> stream, Random random)
    {
        var buffer = new RpcRecordBuffer(MaxRecord);
        int total = stream.Length;
        int taken = 0;
        string? reason = null;
        while (!stream.IsEmpty && reason is null)
        {
            Memory<byte> room = buffer.GetRoom();
            Assert.False(room.IsEmpty);
            int count = Math.Min(random.Next(1, 200), Math.Min(room.Length, stream.Length));
            stream[..count].CopyTo(room.Span);
            stream = stream[count..];
            buffer.Add(count);
            while (buffer.TryTake(out ReadOnlySpan<byte> record, out reason))
            {
                Assert.InRange(record.Length, 0, MaxRecord);
                taken += record.Length + RpcFragment.HeadLength;
            }
        }

        Assert.InRange(taken, 0, total);
    }

    private static void AssertInside(ReadOnlySpan<byte> arguments)
    {
        if (NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle))
        {
            Assert.InRange(handle.Length, 0, NfsProtocol.MaxHandleLength);
            Assert.True(!NfsFileHandle.TryParse(handle, out _) || handle.Length == NfsFileHandle.Length);
        }

        if (NfsLookupArguments.TryParse(arguments, out NfsLookupArguments lookup))
        {
            Assert.InRange(lookup.Name.Length + lookup.Directory.Length, 0, arguments.Length);
        }

        if (MountProtocol.TryParsePath(arguments, out ReadOnlySpan<byte> path))
        {
            Assert.InRange(path.Length, 0, Math.Min(MountProtocol.MaxPathLength, arguments.Length));
        }

        const int Most = NfsProtocol.MaxHandleLength;
        Assert.True(!NfsAccessArguments.TryParse(arguments, out NfsAccessArguments access) || access.File.Length <= Most);
        Assert.True(!NfsReadArguments.TryParse(arguments, out NfsReadArguments read) || read.File.Length <= Most);
        Assert.True(!NfsReadDirArguments.TryParse(arguments, plus: true, out NfsReadDirArguments list) || list.Directory.Length <= Most);
        Assert.True(!PortmapMapping.TryParse(arguments, out _) || arguments.Length >= 16);
    }
}
