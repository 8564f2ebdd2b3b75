using System.Globalization;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Images;

namespace Appliance.Fuzz.Iso9660;

/// <summary>
/// The long run: <c>PLUGBOOT_FUZZ_CASES</c> damaged copies (10,000 unless told) of a real image, <c>PLUGBOOT_FUZZ_ISO</c>
/// or the rescue disc of Debian's grub-rescue-pc. A failure names its seed.
/// </summary>
public sealed class IsoFuzz
{
    private const string RescueDisc = "/usr/lib/grub-rescue/grub-rescue-cdrom.iso";

    [Fact]
    public void Damaged_copies_of_a_real_image_end_in_a_tree_or_a_reason()
    {
        string path = Environment.GetEnvironmentVariable("PLUGBOOT_FUZZ_ISO") ?? RescueDisc;
        Assert.True(File.Exists(path), $"{path} is missing: install the package grub-rescue-pc.");
        string cases = Environment.GetEnvironmentVariable("PLUGBOOT_FUZZ_CASES") ?? "10000";
        var mutator = new IsoMutator(File.ReadAllBytes(path));
        for (int seed = 0; seed < int.Parse(cases, CultureInfo.InvariantCulture); seed++)
        {
            var source = new MemorySectorSource(mutator.Mutate(seed));
            bool read = ImageTree.TryRead(source, out ImageTree? tree, out IsoDefect? defect, CancellationToken.None);
            Assert.True(read ? tree is not null : defect is { Reason.Length: > 0, Offset: >= 0 }, $"seed {seed}");
        }
    }
}
