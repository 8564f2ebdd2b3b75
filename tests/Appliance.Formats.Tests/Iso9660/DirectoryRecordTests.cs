using Appliance.Formats.Iso9660;

namespace Appliance.Formats.Tests.Iso9660;

public sealed class DirectoryRecordTests
{
    /// <summary>A record as genisoimage writes it, with a leap day an hour east of Greenwich.</summary>
    private static readonly byte[] Sample =
    [
        0x2c, 0x00, 0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x22, 0x10, 0x27, 0x00, 0x00, 0x00, 0x00, 0x27, 0x10,
        0x7c, 0x02, 0x1d, 0x0c, 0x1e, 0x0f, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x0a,
        (byte)'C', (byte)'O', (byte)'R', (byte)'E', (byte)'.', (byte)'I', (byte)'M', (byte)'G', (byte)';', (byte)'1', 0x00,
    ];

    [Fact]
    public void Every_field_of_a_record_is_read()
    {
        Assert.True(DirectoryRecord.TryParse(Sample, out DirectoryRecord record, out string? reason), reason);
        Assert.Equal(0x22u, record.Extent);
        Assert.Equal(10_000u, record.DataLength);
        Assert.Equal(new IsoExtent(0x22 * 2048, 10_000), record.Data(2048));
        Assert.Equal(new IsoExtent(0x22 * 512, 10_000), record.Data(512));
        Assert.Equal(FileTraits.None, record.Flags);
        Assert.True(record.Identifier.SequenceEqual("CORE.IMG;1"u8));
        Assert.True(record.SystemUse.IsEmpty);
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 12, 30, 15, TimeSpan.FromHours(1)).ToUnixTimeSeconds(), record.RecordedUnixSeconds);
    }

    [Fact]
    public void Extended_attributes_come_before_the_data()
    {
        byte[] bytes = [.. Sample];
        bytes[1] = 3;
        Assert.True(DirectoryRecord.TryParse(bytes, out DirectoryRecord record, out _));
        Assert.Equal((0x22 + 3) * 2048, record.Data(2048).Offset);
    }

    [Fact]
    public void Every_truncation_is_refused_with_a_reason()
    {
        for (int length = 0; length < Sample.Length; length++)
        {
            Assert.False(DirectoryRecord.TryParse(Sample.AsSpan(0, length), out _, out string? reason));
            Assert.NotEmpty(reason);
        }
    }

    [Theory]
    [InlineData(0, 33)]
    [InlineData(0, 255)]
    [InlineData(32, 0)]
    [InlineData(32, 12)]
    [InlineData(32, 255)]
    public void A_length_that_does_not_fit_is_refused(int offset, byte value)
    {
        byte[] bytes = [.. Sample];
        bytes[offset] = value;
        Assert.False(DirectoryRecord.TryParse(bytes, out _, out _));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 13)]
    [InlineData(2, 30)]
    [InlineData(2, 0)]
    [InlineData(3, 24)]
    [InlineData(4, 60)]
    [InlineData(5, 255)]
    public void What_is_no_date_is_taken_for_1970(int field, byte value)
    {
        byte[] bytes = [.. Sample];
        bytes[18 + field] = value;
        Assert.True(DirectoryRecord.TryParse(bytes, out DirectoryRecord record, out _));
        Assert.Equal(0, record.RecordedUnixSeconds);
    }
}
