using Appliance.Formats.Tests.Udf;
using Appliance.Tests.Images;

namespace Appliance.Fuzz.Udf;

/// <summary>Damaged copies of a small image of each kind in turn (I-06, V-16).</summary>
public sealed class UdfFuzz
{
    private const int Cases = 3_000;

    [Fact]
    public void Damaged_copies_of_every_kind_of_volume_end_in_a_tree_or_a_reason()
    {
        UdfMutator[] mutators = [.. Enum.GetValues<UdfLayout>().Select(static layout => new UdfMutator(UdfSeed.Make(layout)))];
        int cases = 0;
        int trees = 0;
        FuzzCases.Run(Cases, seed =>
        {
            cases++;
            trees += BoundedReading.AssertTreeOrReason(mutators[seed % mutators.Length].Mutate(seed)) ? 1 : 0;
        });

        // Neither does every damage matter nor none.
        Assert.InRange(trees, cases / 10, cases * 9 / 10);
    }
}
