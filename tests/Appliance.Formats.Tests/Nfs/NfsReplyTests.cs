using Appliance.Formats.Nfs;
using static Appliance.Formats.Tests.Nfs.RpcGolden;

namespace Appliance.Formats.Tests.Nfs;

public sealed class NfsReplyTests
{
    private static readonly NfsFileHandle Handle = new(new UInt128(0x0011223344556677, 0x8899aabbccddeeff), 3);
    private static readonly NfsAttributes Attributes = new(NfsFileType.Regular, 0x124, 0x1_0000_0001, 0x8899aabbccddeeff, 4, 0x65000000);

    private readonly byte[] _buffer = new byte[512];

    private delegate void Write(ref XdrWriter writer);

    [Fact]
    public void An_accepted_call_is_answered_with_its_status() => AssertWritten(
        "0000002a 00000001 00000000 00000000 00000000 00000004",
        (ref XdrWriter writer) => RpcReply.WriteAccepted(ref writer, 42, RpcAcceptStatus.GarbageArguments));

    [Fact]
    public void A_program_in_another_version_is_answered_with_the_one_there_is() => AssertWritten(
        "0000002a 00000001 00000000 00000000 00000000 00000002 00000003 00000003",
        (ref XdrWriter writer) => RpcReply.WriteProgramMismatch(ref writer, 42, 3, 3));

    [Fact]
    public void Another_version_of_rpc_is_denied() => AssertWritten(
        "0000002a 00000001 00000001 00000000 00000002 00000002",
        (ref XdrWriter writer) => RpcReply.WriteRpcMismatch(ref writer, 42));

    [Fact]
    public void Credentials_of_another_kind_are_denied() => AssertWritten(
        "0000002a 00000001 00000001 00000001 00000005",
        (ref XdrWriter writer) => RpcReply.WriteAuthError(ref writer, 42));

    [Fact]
    public void Attributes_have_the_layout_of_the_standard() => AssertWritten(
        "00000001 00000124 00000001 00000000 00000000 00000001 00000001 00000001 00000001 00000000 00000000"
        + "8899aabb ccddeeff 00000000 00000004 65000000 00000000 65000000 00000000 65000000 00000000",
        static (ref XdrWriter writer) => Attributes.Write(ref writer));

    [Fact]
    public void A_mount_is_answered_with_a_handle_and_two_kinds_of_credentials() => AssertWritten(
        "00000000 00000018 50424631 00000003 00112233 44556677 8899aabb ccddeeff 00000002 00000001 00000000",
        static (ref XdrWriter writer) => MountProtocol.WriteMounted(ref writer, Handle));

    [Fact]
    public void Strings_are_padded_with_zeros()
    {
        _buffer.AsSpan().Fill(0xee);
        AssertWritten("00000005 61626364 65000000", static (ref XdrWriter writer) => writer.WriteOpaque("abcde"u8));
    }

    [Theory]
    [InlineData(false, 32)]
    [InlineData(true, 32 + 88 + 32)]
    public void An_entry_is_written_when_it_fits_and_not_with_a_byte_less(bool plus, int length)
    {
        var writer = new XdrWriter(_buffer);
        var entries = new NfsDirectoryWriter(plus, length + 8, 1000);
        Assert.True(entries.TryWrite(ref writer, "vmlinuz"u8, 3, Attributes, Handle));
        Assert.Equal(length, writer.Length);
        Assert.False(entries.TryWrite(ref writer, "vmlinuz"u8, 4, Attributes, Handle));

        entries = new NfsDirectoryWriter(plus, length + 7, 1000);
        Assert.False(entries.TryWrite(ref writer, "vmlinuz"u8, 3, Attributes, Handle));
        entries = new NfsDirectoryWriter(plus, length + 8, 27);
        Assert.False(entries.TryWrite(ref writer, "vmlinuz"u8, 3, Attributes, Handle));
        Assert.Equal(length, writer.Length);
    }

    [Fact]
    public void A_handle_of_others_is_none()
    {
        byte[] bytes = Hex("50424631 00000003 00112233 44556677 8899aabb ccddeeff");
        Assert.True(NfsFileHandle.TryParse(bytes, out NfsFileHandle handle));
        Assert.Equal(Handle, handle);
        Assert.False(NfsFileHandle.TryParse(bytes.AsSpan(0, 23), out _));
        Assert.False(NfsFileHandle.TryParse([.. bytes, 0], out _));
        bytes[0]++;
        Assert.False(NfsFileHandle.TryParse(bytes, out _));
    }

    private void AssertWritten(string expected, Write write)
    {
        var writer = new XdrWriter(_buffer);
        write(ref writer);
        Assert.Equal(Convert.ToHexStringLower(Hex(expected)), Convert.ToHexStringLower(_buffer.AsSpan(0, writer.Length)));
    }
}
