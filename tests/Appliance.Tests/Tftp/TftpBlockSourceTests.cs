using System.Text;
using Appliance.Formats.Tftp;
using Appliance.Images;
using Appliance.Tftp;

namespace Appliance.Tests.Tftp;

public class TftpBlockSourceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(5000)]
    public void A_window_of_blocks_holds_the_files_bytes_behind_their_headers(int length)
    {
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        using Payload payload = OfBytes(content);
        TftpBlockSource source = TftpBlockSource.For(TftpMode.Octet, payload, 512);
        int blocks = (length / 512) + 1;
        byte[] packets = new byte[blocks * source.Stride];

        int filled = source.Fill(1, blocks, packets);

        Assert.Equal((blocks * 4) + length, filled);
        var joined = new MemoryStream();
        for (int i = 0; i < blocks; i++)
        {
            int start = i * source.Stride;
            Assert.Equal([0, 3, (byte)((i + 1) >> 8), (byte)(i + 1)], packets.AsSpan(start, 4).ToArray());
            joined.Write(packets.AsSpan((start + 4)..Math.Min(start + source.Stride, filled)));
        }

        Assert.Equal(content, joined.ToArray());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb", "a\r\nb")]
    [InlineData("a\rb", "a\r\0b")]
    [InlineData("a\r\nb\n", "a\r\0\r\nb\r\n")]
    public void T_01_netascii_is_translated_across_block_borders(string text, string expected)
    {
        for (int lead = 0; lead < 20; lead++)
        {
            string padding = new('x', lead);
            Assert.Equal(padding + expected, Netascii(padding + text, 8));
        }
    }

    [Fact]
    public void T_01_netascii_of_much_text_is_translated_as_a_whole()
    {
        string text = string.Concat(Enumerable.Range(0, 2000).Select(i => i + (i % 7 == 0 ? "\r" : "\n")));
        Assert.Equal(text.Replace("\r", "\r\0").Replace("\n", "\r\n"), Netascii(text, 512));
    }

    [Fact]
    public void A_netascii_block_is_the_same_when_it_is_sent_again()
    {
        using Payload payload = OfBytes(Encoding.ASCII.GetBytes(new string('\n', 1000)));
        TftpBlockSource source = TftpBlockSource.For(TftpMode.Netascii, payload, 512);
        byte[] packet = new byte[source.Stride];
        source.Fill(1, 1, packet);
        byte[] first = [.. packet];
        source.Fill(1, 1, packet);
        Assert.Equal(first, packet);
    }

    [Theory]
    [InlineData(TftpMode.Octet)]
    [InlineData(TftpMode.Netascii)]
    public void A_file_that_was_cut_short_is_an_error_and_not_an_end(TftpMode mode)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[10_000]);
            using Payload payload = Payload.FromFile(SharedFile.Open(path), "application/octet-stream");
            using (FileStream stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                stream.SetLength(100);
            }

            TftpBlockSource source = TftpBlockSource.For(mode, payload, 512);
            Assert.Throws<IOException>(() => source.Fill(1, 1, new byte[source.Stride]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Netascii(string text, int blksize)
    {
        using Payload payload = OfBytes(Encoding.Latin1.GetBytes(text));
        TftpBlockSource source = TftpBlockSource.For(TftpMode.Netascii, payload, blksize);
        byte[] packet = new byte[source.Stride];
        var result = new StringBuilder();
        int length;
        long block = 1;
        do
        {
            length = source.Fill(block++, 1, packet);
            result.Append(Encoding.Latin1.GetString(packet, 4, length - 4));
        }
        while (length == source.Stride);
        return result.ToString();
    }

    private static Payload OfBytes(byte[] content) => Payload.FromMemory(content, DateTimeOffset.UnixEpoch, "application/octet-stream");
}
