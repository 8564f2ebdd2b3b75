using System.Buffers.Binary;
using System.Net;
using Appliance.Formats.Nfs;
using Appliance.Nfs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Nfs;

/// <summary>Calls of every procedure, cut and changed at random: an answer that fits or none, never an exception.</summary>
public sealed class NfsHostileTests(NfsServerFixture fixture) : IClassFixture<NfsServerFixture>
{
    private const int Mutations = 20_000;
    private const int ArgumentsAt = 40;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mutated_calls_get_an_answer_that_fits_or_none(bool isStream)
    {
        var exports = new NfsExports(fixture.Library);
        var dispatcher = new RpcDispatcher(
            [new NfsProgram(exports, NullLogger.Instance), new MountProgram(exports, NullLogger.Instance), new PortmapProgram(111, 2049)],
            NullLogger.Instance);
        var caller = new RpcCaller(new IPEndPoint(IPAddress.Loopback, 1), isStream, TimeProvider.System);
        byte[] reply = new byte[caller.ReplyLength];
        byte[][] calls = [.. Calls(exports)];
        var random = new Random(5531);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] call = Mutate([.. calls[random.Next(calls.Length)]], random);
            RpcAnswer answer = dispatcher.Answer(call, caller, reply);
            AssertSound(call, answer, reply);
            caller.File.Release();
        }

        caller.File.Dispose();
    }

    private static void AssertSound(byte[] call, RpcAnswer answer, byte[] reply)
    {
        Assert.InRange(answer.Length, 0, reply.Length);
        Assert.Equal(0, answer.Length % XdrReader.UnitLength);
        if (answer.Length > 0)
        {
            Assert.Equal(call[..4], reply[..4]);
        }

        if (answer.Payload is { } payload)
        {
            Assert.InRange(answer.Offset + answer.Count, 0, payload.Length);
        }
    }

    /// <summary>Changes bytes or words, mostly of the arguments, and cuts every fourth message.</summary>
    private static byte[] Mutate(byte[] call, Random random)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int start = random.Next(8) == 0 || call.Length <= ArgumentsAt ? 0 : ArgumentsAt;
            int at = random.Next(start, call.Length);
            call[at] = (byte)random.Next(256);
            if (random.Next(3) == 0 && at + 4 <= call.Length)
            {
                uint[] words = [0, 1, 3, 255, 256, 0x7fff_ffff, 0x8000_0000, uint.MaxValue];
                BinaryPrimitives.WriteUInt32BigEndian(call.AsSpan(at & ~3), words[random.Next(words.Length)]);
            }
        }

        return random.Next(4) == 0 ? call[..random.Next(call.Length)] : call;
    }

    private static IEnumerable<byte[]> Calls(NfsExports exports)
    {
        Assert.Equal(MountStatus.Ok, exports.TryFindPath("/boot/rescue/my live"u8, out NfsFile root));
        Assert.True(root.Export.Tree.TryFind("big.bin", out NfsNode big));
        Assert.True(root.Export.Tree.TryFind("many", out NfsNode many));
        foreach (NfsFile file in (NfsFile[])[root, root with { Node = big }, root with { Node = many }])
        {
            for (uint procedure = 0; procedure <= 21; procedure++)
            {
                yield return Call(NfsProtocol.ProgramNumber, 3, procedure, file, [0, 5, 0, 0, 0, 40_000, 40_000]);
                yield return Call(NfsProtocol.ProgramNumber, 3, procedure, file, [3, 0x6e756c00, 0, 40_000]);
            }
        }

        for (uint procedure = 0; procedure <= 5; procedure++)
        {
            yield return Call(MountProtocol.ProgramNumber, 3, procedure, null, [10, 0x2f626f6f, 0x742f7265, 0x73630000]);
            yield return Call(PortmapMapping.ProgramNumber, 2, procedure, null, [100003, 3, 6, 0]);
        }
    }

    private static byte[] Call(uint program, uint version, uint procedure, NfsFile? file, uint[] more)
    {
        byte[] buffer = new byte[256];
        var writer = new XdrWriter(buffer);
        foreach (uint word in (uint[])[7, 0, RpcCall.RpcVersion, program, version, procedure, 0, 0, 0, 0])
        {
            writer.WriteUInt32(word);
        }

        file?.Handle.Write(ref writer);
        foreach (uint word in more)
        {
            writer.WriteUInt32(word);
        }

        return buffer[..writer.Length];
    }
}
