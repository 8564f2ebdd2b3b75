using Appliance.Formats.Cpio;

namespace Appliance.Fuzz.Cpio;

public sealed class CpioFuzz
{
    private const int Cases = 50_000;

    [Fact]
    public void A_damaged_archive_ends_in_some_state_and_the_pieces_it_comes_in_do_not_matter()
    {
        var mutator = new ByteMutator(Archive("a", "usr/sbin/livenetroot", "etc/x"), Archive("kernel/x86/microcode/AuthenticAMD.bin"));
        FuzzCases.Run(Cases, seed =>
        {
            byte[] bytes = [.. mutator.Mutate(seed)];
            (CpioScan state, int taken, int names) whole = Scan(bytes, bytes.Length);
            Assert.InRange(whole.taken, 0, bytes.Length);
            Assert.True(whole.state is not CpioScan.More || whole.taken == bytes.Length);
            Assert.Equal(whole, Scan(bytes, 1 + (seed % 7)));
        });
    }

    private static (CpioScan State, int Taken, int Names) Scan(byte[] bytes, int piece)
    {
        int names = 0;
        var scanner = new CpioScanner(name =>
        {
            names++;
            return name.EndsWith("root", StringComparison.Ordinal);
        });
        int taken = 0;
        while (taken < bytes.Length && scanner.State is CpioScan.More)
        {
            taken += scanner.Feed(bytes.AsSpan(taken, Math.Min(Math.Max(piece, 1), bytes.Length - taken)));
        }

        return (scanner.State, taken, names);
    }

    private static byte[] Archive(params string[] names)
    {
        var bytes = new List<byte>();
        foreach (string name in names.Append(CpioHeader.Trailer))
        {
            byte[] header = new byte[CpioWriter.HeaderLength(name)];
            CpioWriter.WriteHeader(header, name, CpioMode.File, 1, 0, 0);
            bytes.AddRange(header);
        }

        return [.. bytes];
    }
}
