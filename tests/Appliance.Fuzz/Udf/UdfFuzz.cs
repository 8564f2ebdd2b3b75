using System.Globalization;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Formats.Tests.Udf;
using Appliance.Images;

namespace Appliance.Fuzz.Udf;

/// <summary>
/// The long run: <c>PLUGBOOT_FUZZ_CASES</c> damaged copies (10,000 unless told) of a small image of each kind in turn. A
/// failure names its seed.
/// </summary>
public sealed class UdfFuzz
{
    [Fact]
    public void Damaged_copies_of_every_kind_of_volume_end_in_a_tree_or_a_reason()
    {
        string cases = Environment.GetEnvironmentVariable("PLUGBOOT_FUZZ_CASES") ?? "10000";
        UdfMutator[] mutators = [.. Enum.GetValues<UdfLayout>().Select(static layout => new UdfMutator(UdfSeed.Make(layout)))];
        for (int seed = 0; seed < int.Parse(cases, CultureInfo.InvariantCulture); seed++)
        {
            var source = new MemorySectorSource(mutators[seed % mutators.Length].Mutate(seed));
            bool read = ImageTree.TryRead(source, out ImageTree? tree, out IsoDefect? defect, CancellationToken.None);
            Assert.True(read ? tree is not null : defect is { Reason.Length: > 0, Offset: >= 0 }, $"seed {seed}");
        }
    }
}
