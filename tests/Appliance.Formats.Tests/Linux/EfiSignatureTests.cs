using System.Buffers.Binary;
using System.Text;
using Appliance.Formats.Linux;

namespace Appliance.Formats.Tests.Linux;

public sealed class EfiSignatureTests
{
    private const ushort Pe32 = 0x10B;
    private const ushort Pe32Plus = 0x20B;

    [Theory]
    [InlineData(Pe32Plus, 112)]
    [InlineData(Pe32, 96)]
    public void The_certificate_table_is_found_in_both_kinds_of_optional_header(ushort magic, int directories)
    {
        Assert.True(EfiSignature.TryFindTable(Pe(magic, directories, 0x123400, 1500), out long offset, out int length));
        Assert.Equal((0x123400, 1500), (offset, length));
    }

    [Fact]
    public void A_program_without_a_signature_has_no_table() =>
        Assert.False(EfiSignature.TryFindTable(Pe(Pe32Plus, 112, 0, 0), out _, out _));

    [Fact]
    public void The_length_is_bounded_whatever_the_header_says()
    {
        Assert.True(EfiSignature.TryFindTable(Pe(Pe32Plus, 112, 0x200, uint.MaxValue), out _, out int length));
        Assert.Equal(EfiSignature.MaxTableLength, length);
    }

    [Fact]
    public void Every_truncation_and_every_kind_of_rubbish_is_no_signature_and_no_exception()
    {
        byte[] whole = Pe(Pe32Plus, 112, 0x200, 100);
        int needed = 0x80 + 24 + 112 + 40;
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(length >= needed, EfiSignature.TryFindTable(whole.AsSpan(0, length), out _, out _));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(0x3C), uint.MaxValue);
        Assert.False(EfiSignature.TryFindTable(whole, out _, out _));
        Assert.False(EfiSignature.TryFindTable(Pe(0x107, 112, 0x200, 100), out _, out _));
    }

    [Fact]
    public void Common_names_are_read_wherever_they_are_and_each_once()
    {
        byte[] bytes = [0, 1, .. Name(0x13, "Debian Secure Boot CA"), 9, .. Name(0x0C, "Größe"), .. Name(0x13, "Debian Secure Boot CA")];
        Assert.Equal<string>(["Debian Secure Boot CA", "Größe"], EfiSignature.ReadCommonNames(bytes));
    }

    [Fact]
    public void Names_that_are_cut_off_or_of_another_kind_are_left_out()
    {
        byte[] name = Name(0x13, "Debian");
        for (int length = 0; length < name.Length; length++)
        {
            Assert.Empty(EfiSignature.ReadCommonNames(name.AsSpan(0, length)));
        }

        Assert.Empty(EfiSignature.ReadCommonNames(Name(0x30, "Debian")));
    }

    private static byte[] Name(byte kind, string text)
    {
        byte[] value = Encoding.UTF8.GetBytes(text);
        return [0x06, 0x03, 0x55, 0x04, 0x03, kind, (byte)value.Length, .. value];
    }

    private static byte[] Pe(ushort magic, int directories, uint offset, uint length)
    {
        byte[] bytes = new byte[1024];
        "MZ"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x3C), 0x80);
        "PE\0\0"u8.CopyTo(bytes.AsSpan(0x80));
        Span<byte> optional = bytes.AsSpan(0x80 + 24);
        BinaryPrimitives.WriteUInt16LittleEndian(optional, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[(directories + 32)..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(optional[(directories + 36)..], length);
        return bytes;
    }
}
