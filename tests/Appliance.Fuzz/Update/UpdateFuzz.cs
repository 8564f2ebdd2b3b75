using System.Text;
using Appliance.Formats.Update;

namespace Appliance.Fuzz.Update;

public sealed class UpdateFuzz
{
    private const int Cases = 2_000;

    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $"plugboot-update 1\nboard pc\nversion 0.2.0\nfile kernel 6677504 {new string('a', 64)}\nfile rootfs.squashfs 20545536 {new string('b', 64)}\n");

    private static readonly SortedDictionary<string, string> Variables = new(StringComparer.Ordinal) { ["slot"] = "a", ["try"] = "b", ["x"] = @"\" };

    [Fact]
    public void A_damaged_manifest_is_refused_or_names_only_plain_files()
    {
        var mutator = new ByteMutator(Manifest);
        FuzzCases.Run(Cases, seed =>
        {
            if (UpdateManifest.TryParse(mutator.Mutate(seed), out UpdateManifest? manifest, out string? reason))
            {
                Assert.Contains(manifest!.Files, static file => file.Name == UpdateManifest.RootName);
                Assert.All(manifest.Files, static file => Assert.DoesNotContain('/', file.Name));
                Assert.All(manifest.Files, static file => Assert.True(file.Length > 0));
            }
            else
            {
                Assert.NotNull(reason);
            }
        });
    }

    [Fact]
    public void A_damaged_GRUB_block_is_refused_or_has_named_variables()
    {
        var mutator = new ByteMutator(GrubEnvironmentBlock.Write(Variables));
        FuzzCases.Run(Cases, seed => AssertNamed(
            GrubEnvironmentBlock.TryParse(mutator.Mutate(seed), out SortedDictionary<string, string> read, out string? reason), read, reason));
    }

    [Fact]
    public void A_damaged_U_Boot_environment_is_refused_or_has_named_variables()
    {
        var mutator = new ByteMutator(UBootEnvironment.Write(Variables, 128));
        FuzzCases.Run(Cases, seed => AssertNamed(
            UBootEnvironment.TryParse(mutator.Mutate(seed), out SortedDictionary<string, string> read, out string? reason), read, reason));
    }

    private static void AssertNamed(bool isGood, SortedDictionary<string, string> read, string? reason)
    {
        Assert.Equal(isGood, reason is null);
        Assert.All(read.Keys, static name => Assert.NotEmpty(name));
    }
}
