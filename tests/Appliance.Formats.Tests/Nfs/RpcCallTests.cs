using System.Text;
using Appliance.Formats.Nfs;
using static Appliance.Formats.Tests.Nfs.RpcGolden;

namespace Appliance.Formats.Tests.Nfs;

public sealed class RpcCallTests
{
    private const int Mutations = 20_000;

    [Fact]
    public void A_call_without_credentials_is_read()
    {
        Assert.True(RpcCall.TryParse(Null, out RpcCall call, out _));
        Assert.Equal((42u, 2u, 100003u, 3u, 0u), (call.Xid, call.Version, call.Program, call.ProgramVersion, call.Procedure));
        Assert.Equal(RpcAuthFlavor.None, call.Flavor);
        Assert.True(call.Arguments.IsEmpty);
    }

    [Fact]
    public void A_lookup_with_system_credentials_is_read()
    {
        Assert.True(RpcCall.TryParse(Lookup, out RpcCall call, out _));
        Assert.Equal(RpcAuthFlavor.Sys, call.Flavor);
        Assert.True(NfsLookupArguments.TryParse(call.Arguments, out NfsLookupArguments lookup));
        Assert.Equal("vmlinuz", Encoding.ASCII.GetString(lookup.Name));
        Assert.True(NfsFileHandle.TryParse(lookup.Directory, out NfsFileHandle handle));
        Assert.Equal(3u, handle.Node);
        Assert.Equal(new UInt128(0x0011223344556677, 0x8899aabbccddeeff), handle.Image);
    }

    [Fact]
    public void A_read_beyond_four_gigabytes_is_read()
    {
        Assert.True(RpcCall.TryParse(Read, out RpcCall call, out _));
        Assert.True(NfsReadArguments.TryParse(call.Arguments, out NfsReadArguments read));
        Assert.Equal((1UL << 32, 65536u), (read.Offset, read.Count));
    }

    [Fact]
    public void A_directory_listing_is_read_where_it_goes_on()
    {
        Assert.True(RpcCall.TryParse(ReadDirPlus, out RpcCall call, out _));
        Assert.True(NfsReadDirArguments.TryParse(call.Arguments, plus: true, out NfsReadDirArguments list));
        Assert.Equal((2UL, 0x0123456789abcdefUL, 4096u, 32768u), (list.Cookie, list.Verifier, list.DirectoryCount, list.MaxCount));
    }

    [Fact]
    public void A_mount_and_a_question_for_a_port_are_read()
    {
        Assert.True(RpcCall.TryParse(Mnt, out RpcCall mount, out _));
        Assert.True(MountProtocol.TryParsePath(mount.Arguments, out ReadOnlySpan<byte> path));
        Assert.Equal("/boot/live", Encoding.ASCII.GetString(path));
        Assert.True(RpcCall.TryParse(GetPort, out RpcCall question, out _));
        Assert.True(PortmapMapping.TryParse(question.Arguments, out PortmapMapping mapping));
        Assert.Equal(new PortmapMapping(100005, 3, PortmapMapping.Udp, 0), mapping);
    }

    [Fact]
    public void A_reply_is_no_call()
    {
        byte[] reply = [.. Null];
        reply[7] = 1;
        Assert.False(RpcCall.TryParse(reply, out _, out string? reason));
        Assert.Equal("no call", reason);
    }

    [Fact]
    public void Another_version_of_rpc_is_known_by_its_xid()
    {
        byte[] other = [.. Null];
        other[11] = 3;
        Assert.True(RpcCall.TryParse(other.AsSpan(0, 12), out RpcCall call, out _));
        Assert.Equal((42u, 3u), (call.Xid, call.Version));
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, false)]
    public void Credentials_have_at_most_400_bytes(int length, bool valid)
    {
        byte[] message = new byte[600];
        Null.CopyTo(message, 0);
        message[30] = (byte)(length >> 8);
        message[31] = (byte)length;
        Assert.Equal(valid, RpcCall.TryParse(message, out _, out _));
    }

    [Fact]
    public void Every_prefix_is_parsed_or_refused_with_a_reason()
    {
        foreach (byte[] message in All)
        {
            for (int length = 0; length <= message.Length; length++)
            {
                AssertHarmless(message.AsSpan(0, length), length == message.Length);
            }
        }
    }

    [Fact]
    public void Mutated_messages_do_no_harm()
    {
        var random = new Random(1813);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] message = [.. All[random.Next(All.Length)]];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            AssertHarmless(message.AsSpan(0, random.Next(message.Length + 1)), mustParse: false);
        }
    }

    private static void AssertHarmless(ReadOnlySpan<byte> message, bool mustParse)
    {
        bool parsed = RpcCall.TryParse(message, out RpcCall call, out string? reason);
        Assert.Equal(parsed, reason is null);
        Assert.True(parsed || !mustParse);
        ReadOnlySpan<byte> arguments = call.Arguments;
        const int MaxHandle = NfsProtocol.MaxHandleLength;
        Assert.True(arguments.Length <= message.Length);
        Assert.True(!NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle) || handle.Length <= MaxHandle);
        Assert.True(!NfsLookupArguments.TryParse(arguments, out NfsLookupArguments lookup) || lookup.Directory.Length <= MaxHandle);
        Assert.True(!NfsAccessArguments.TryParse(arguments, out NfsAccessArguments access) || access.File.Length <= MaxHandle);
        Assert.True(!NfsReadArguments.TryParse(arguments, out NfsReadArguments read) || read.File.Length <= MaxHandle);
        Assert.True(!NfsReadDirArguments.TryParse(arguments, plus: true, out NfsReadDirArguments list) || list.Directory.Length <= MaxHandle);
        Assert.True(!MountProtocol.TryParsePath(arguments, out ReadOnlySpan<byte> path) || path.Length <= MountProtocol.MaxPathLength);
        Assert.Equal(arguments.Length >= 16, PortmapMapping.TryParse(arguments, out _));
    }
}
