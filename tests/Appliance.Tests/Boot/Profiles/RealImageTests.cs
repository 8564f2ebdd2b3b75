using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>Lists of real images: each is taken for what it is, and has a plan.</summary>
public sealed class RealImageTests : IDisposable
{
    private static readonly BootServices Services = new("http://192.168.100.1") { HasLoader = static _ => true };

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Trees => [.. TreeImage.All.Select(static tree => tree.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Trees))]
    public void A_real_image_is_taken_for_what_it_is_and_can_be_started(string name)
    {
        TreeImage tree = TreeImage.Read(name);
        BootPlan plan = Plan(tree.Build(_folder));
        Assert.Equal((tree.Profile, tree.Release), (plan.Profile, plan.Release));
        Assert.NotEmpty(plan.Evidence);
        Assert.True(!plan.Options.IsEmpty, $"{name} has no plan");
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void Its_paths_and_label_alone_tell_what_it_is(string name)
    {
        TreeImage tree = TreeImage.Read(name);
        BootPlan plan = Plan(tree.Build(_folder, complete: false));
        Assert.Equal(tree.Profile, plan.Profile);
    }

    [Fact]
    public void The_table_of_images_in_the_documentation_is_true()
    {
        var table = new StringBuilder("""
            # Images that are known

            Written by a test (`RealImageTests`; `PLUGBOOT_WRITE_GOLDEN=1` writes it again) out of the lists in `tests/testdata/images/trees`:
            each is built into an image without payload and read as the daemon reads it. The ways are in the order in which they are
            tried; a way that this machine cannot go (memory, firmware, Secure Boot) is left out of its menu.

            | Image | Taken for | Release | Ways | BIOS | UEFI | UEFI, Secure Boot |
            | --- | --- | --- | --- | --- | --- | --- |

            """);
        foreach (TreeImage tree in TreeImage.All)
        {
            BootPlan plan = Plan(tree.Build(_folder));
            string ways = plan.Options.IsEmpty ? "none" : string.Join(", ", plan.Options.Select(static option => option.Id.Length > 0 ? option.Id : option.Title));
            table.Append($"| {tree.Name} | {plan.Kind} | {plan.Release ?? "-"} | {ways} | {Verdict(plan, new ClientMachine(ClientFirmware.Bios))} ")
                .Append($"| {Verdict(plan, new ClientMachine(ClientFirmware.UefiX64))} | {Verdict(plan, new ClientMachine(ClientFirmware.UefiX64, SecureBoot: true))} |\n");
        }

        TestData.AssertGolden("docs/images.md", table.Append(LabelTable()).ToString());
    }

    private static string LabelTable()
    {
        var text = new StringBuilder("""

            # Labels

            What 2,000 labels of real images hint at when nothing inside the image is known: only a hint, and where the label says
            nothing, it says so.

            | Family | Images | Hints at |
            | --- | --- | --- |

            """);
        foreach (IGrouping<string, string> family in LabelHintTests.Labels.GroupBy(static row => row.File.Split('/')[0], static row => row.Label))
        {
            IEnumerable<string> hints = family.GroupBy(static label => ProfileMatcher.Guess(SampleProfiles.Shipped, label, "")?.Id ?? "nothing")
                .OrderByDescending(static hint => hint.Count()).ThenBy(static hint => hint.Key, StringComparer.Ordinal)
                .Select(static hint => $"{hint.Key} {hint.Count()}");
            text.Append($"| {family.Key} | {family.Count()} | {string.Join(", ", hints)} |\n");
        }

        return text.ToString();
    }

    private static string Verdict(BootPlan plan, ClientMachine machine) =>
        plan.For(machine, Services) is [var first, ..] ? (first.Id.Length > 0 ? first.Id : first.Title) : $"no: {plan.Problem(machine, Services)}";

    private static BootPlan Plan(LibraryImage image) => new BootPlanner(Services, SampleProfiles.Shipped).Plan(image);
}
