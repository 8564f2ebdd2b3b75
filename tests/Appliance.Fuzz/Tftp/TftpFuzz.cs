using Appliance.Formats.Tftp;
using Appliance.Tftp;

namespace Appliance.Fuzz.Tftp;

public sealed class TftpFuzz
{
    private const int Cases = 50_000;

    [Fact]
    public void Damaged_requests_end_in_a_request_within_the_limits_or_a_reason()
    {
        var mutator = new ByteMutator(
            [0, 1, .. "ipxe.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0"u8],
            [0, 1, .. "\\Boot\\BCD\0netascii\0timeout\0255\0blksize\065464\0tsize\09223372036854775807\0"u8],
            [0, 2, .. "//grubx64.efi\0mail\0BLKSIZE\08\0"u8]);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] datagram = mutator.Mutate(seed);
            bool parsed = TftpRequest.TryParse(datagram, out TftpRequest request, out string? reason);
            Assert.Equal(parsed, reason is null);
            if (parsed)
            {
                AssertWithinLimits(request, datagram.Length);
            }
        });
    }

    [Fact]
    public void Damaged_packets_of_a_transfer_are_read_or_not()
    {
        var mutator = new ByteMutator([0, 4, 0, 1], [0, 5, 0, 8, .. "User aborted the transfer\0"u8]);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] packet = mutator.Mutate(seed);
            bool ack = TftpPacket.TryParseAck(packet, out _);
            bool error = TftpPacket.TryParseError(packet, out _, out ReadOnlySpan<byte> text);
            Assert.False(ack && error);
            Assert.True(text.IndexOf((byte)0) < 0 && text.Length <= packet.Length);
        });
    }

    private static void AssertWithinLimits(TftpRequest request, int length)
    {
        Assert.InRange(request.Blksize ?? TftpRequest.MinBlksize, TftpRequest.MinBlksize, TftpRequest.MaxBlksize);
        Assert.InRange(request.TimeoutSeconds ?? 1, 1, TftpRequest.MaxTimeoutSeconds);
        Assert.InRange(request.Windowsize ?? 1, 1, ushort.MaxValue);
        Assert.InRange(request.Tsize ?? 0, 0, long.MaxValue);
        Assert.InRange(request.FileName.Length, 0, length);
        Assert.DoesNotContain(TftpFileName.ToLogText(request.FileName), char.IsControl);
        if (TftpFileName.TryToPath(request.FileName, out string? path))
        {
            PublishedPath.AssertNormal(path);
        }
    }
}
