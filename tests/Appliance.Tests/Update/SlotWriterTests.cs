using Appliance.Update;

namespace Appliance.Tests.Update;

public sealed class SlotWriterTests : IDisposable
{
    private readonly SampleBundle _sample = new();

    private string Device => Path.Combine(_sample.Folder, "device");

    private string Slot => Path.Combine(_sample.Folder, "b");

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void Kernel_and_root_are_written_and_read_back()
    {
        MakeDevice(8_000_000);
        Write(_sample.Make());
        Assert.Equal(SampleBundle.Kernel, File.ReadAllBytes(Path.Combine(Slot, "kernel")));
        Assert.Equal(SampleBundle.Root, File.ReadAllBytes(Device).AsSpan(0, SampleBundle.Root.Length));
        Assert.Equal(8_000_000, new FileInfo(Device).Length);
    }

    [Fact]
    public void A_root_that_is_larger_than_its_partition_is_refused_and_nothing_of_it_written()
    {
        MakeDevice(SampleBundle.Root.Length - 1);
        Assert.Contains("larger", Assert.Throws<IOException>(() => Write(_sample.Make())).Message, StringComparison.Ordinal);
        Assert.All(File.ReadAllBytes(Device), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_root_as_large_as_its_partition_fits()
    {
        MakeDevice(SampleBundle.Root.Length);
        Write(_sample.Make());
        Assert.Equal(SampleBundle.Root, File.ReadAllBytes(Device));
    }

    [Fact]
    public void A_file_that_is_not_what_was_signed_is_noticed_when_it_is_read_back()
    {
        MakeDevice(8_000_000);
        byte[] other = [.. SampleBundle.Root];
        other[^1] ^= 1;
        Assert.Contains("rootfs.squashfs", Assert.Throws<IOException>(() => Write(_sample.Make(root: other))).Message, StringComparison.Ordinal);
    }

    private void MakeDevice(int length) => File.WriteAllBytes(Device, new byte[length]);

    private void Write(string path)
    {
        using UpdateBundle bundle = UpdateBundle.Open(path, _sample.PublicKey);
        new SlotWriter(Device, new FileInfo(Device).Length, Slot).Write(bundle, TextWriter.Null);
    }
}
