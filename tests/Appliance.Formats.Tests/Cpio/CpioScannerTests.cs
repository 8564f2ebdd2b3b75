using System.Text;
using Appliance.Formats.Cpio;

namespace Appliance.Formats.Tests.Cpio;

public sealed class CpioScannerTests
{
    [Fact]
    public void Every_name_of_several_archives_comes_in_order_whatever_the_pieces()
    {
        byte[] bytes = [.. Archive(("a", 5), ("b/c", 0)), .. new byte[512], .. Archive(("d", 4))];
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            var names = new List<string>();
            var scanner = new CpioScanner(name =>
            {
                names.Add(name);
                return false;
            });
            for (int at = 0; at < bytes.Length; at += piece)
            {
                ReadOnlySpan<byte> part = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
                Assert.Equal(part.Length, scanner.Feed(part));
            }

            Assert.Equal(CpioScan.More, scanner.State);
            Assert.Equal(["a", "b/c", "d"], names);
        }
    }

    [Fact]
    public void Data_need_not_be_read()
    {
        byte[] bytes = Archive(("a", 1000), ("wanted", 0));
        var scanner = new CpioScanner(static name => name == "wanted");
        int header = CpioWriter.HeaderLength("a");
        scanner.Feed(bytes.AsSpan(0, header));
        Assert.Equal(1000, scanner.Pending);
        scanner.Skip(600);
        scanner.Skip(400);
        scanner.Feed(bytes.AsSpan(header + 1000));
        Assert.Equal(CpioScan.Found, scanner.State);
        Assert.Throws<ArgumentOutOfRangeException>(() => scanner.Skip(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    public void What_is_compressed_behind_an_early_archive_is_left_where_it_begins(int zeros)
    {
        byte[] early = [.. Archive(("kernel/x86/microcode/GenuineIntel.bin", 2048)), .. new byte[zeros]];
        var scanner = new CpioScanner(static _ => false);
        Assert.Equal(early.Length, scanner.Feed([.. early, 0x28, 0xb5, 0x2f, 0xfd]));
        Assert.Equal(CpioScan.Foreign, scanner.State);
    }

    /// <summary>Every truncation wants more, and finds what stands in it.</summary>
    [Fact]
    public void Every_prefix_is_read_without_a_fault()
    {
        byte[] bytes = [.. Archive(("a", 5), ("wanted", 3)), .. new byte[100], .. Archive(("z", 1))];
        int wantedAt = CpioWriter.HeaderLength("a") + 8 + CpioWriter.HeaderLength("wanted");
        for (int length = 0; length <= bytes.Length; length++)
        {
            var scanner = new CpioScanner(static name => name == "wanted");
            scanner.Feed(bytes.AsSpan(0, length));
            Assert.Equal(length >= wantedAt ? CpioScan.Found : CpioScan.More, scanner.State);
        }
    }

    [Fact]
    public void Rubbish_inside_an_archive_is_damage_and_the_trailer_is_no_entry()
    {
        byte[] bytes = [.. Archive(("a", 4)).AsSpan(0, CpioWriter.HeaderLength("a") + 4), .. Encoding.ASCII.GetBytes(new string('0', 200))];
        var scanner = new CpioScanner(static _ => false);
        scanner.Feed(bytes);
        Assert.Equal(CpioScan.Damaged, scanner.State);
        Assert.Equal(0, scanner.Feed([1, 2, 3]));

        var trailer = new CpioScanner(static name => name == CpioHeader.Trailer);
        trailer.Feed(Archive(("a", 0)));
        Assert.Equal(CpioScan.More, trailer.State);
    }

    [Theory]
    [InlineData(CpioScanner.MaxZeros, CpioScan.More)]
    [InlineData(CpioScanner.MaxZeros + 1, CpioScan.Damaged)]
    public void Zeros_have_an_end(int zeros, CpioScan expected)
    {
        var scanner = new CpioScanner(static _ => false);
        scanner.Feed(new byte[zeros]);
        Assert.Equal(expected, scanner.State);
    }

    [Theory]
    [InlineData(CpioScanner.MaxEntries, CpioScan.More)]
    [InlineData(CpioScanner.MaxEntries + 1, CpioScan.Damaged)]
    public void Entries_have_an_end(int entries, CpioScan expected)
    {
        byte[] entry = new byte[CpioWriter.HeaderLength("a")];
        CpioWriter.WriteHeader(entry, "a", CpioMode.Folder, 1, 0, 0);
        var scanner = new CpioScanner(static _ => false);
        for (int i = 0; i < entries; i++)
        {
            scanner.Feed(entry);
        }

        Assert.Equal(expected, scanner.State);
    }

    private static byte[] Archive(params (string Name, int Length)[] entries)
    {
        var bytes = new List<byte>();
        foreach ((string name, int length) in entries.Append((CpioHeader.Trailer, 0)))
        {
            byte[] header = new byte[CpioWriter.HeaderLength(name)];
            CpioWriter.WriteHeader(header, name, CpioMode.File, 1, 0, (uint)length);
            bytes.AddRange([.. header, .. Enumerable.Repeat((byte)'0', length), .. new byte[CpioHeader.Padding(length)]]);
        }

        return [.. bytes];
    }
}
