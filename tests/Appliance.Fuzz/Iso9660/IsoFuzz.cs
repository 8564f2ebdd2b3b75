using Appliance.Tests.Images;

namespace Appliance.Fuzz.Iso9660;

/// <summary>
/// Damaged copies of small images of every kind in turn, or of one real image, <c>PLUGBOOT_FUZZ_ISO</c>, such as the rescue
/// disc of Debian's grub-rescue-pc (I-06, V-16).
/// </summary>
public sealed class IsoFuzz
{
    private const int Cases = 3_000;

    [Fact]
    public void Damaged_copies_of_images_end_in_a_tree_or_a_reason()
    {
        string? path = Environment.GetEnvironmentVariable("PLUGBOOT_FUZZ_ISO");
        byte[][] images = path is null ? IsoSeed.MakeAll() : [File.ReadAllBytes(path)];
        IsoMutator[] mutators = [.. images.Select(static image => new IsoMutator(image))];
        FuzzCases.Run(Cases, seed => BoundedReading.AssertTreeOrReason(mutators[seed % mutators.Length].Mutate(seed)));
    }
}
