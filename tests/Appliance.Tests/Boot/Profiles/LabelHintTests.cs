using Appliance.Boot.Profiles;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>Labels of about 2,000 real images: none hints at a family that the image is not of.</summary>
public sealed class LabelHintTests
{
    /// <summary>
    /// What a label of a family may hint at. A family that is not here has no profile, and must hint at nothing. What
    /// several families share (CDROM, Install-*, *-dvd) is ambiguous by nature and stands with each.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Manjaro"] = ["manjaro"],
        ["almalinux"] = ["almalinux", "el-live"],
        ["alpinelinux"] = ["alpine"],
        ["archlinux"] = ["arch"],
        ["centos"] = ["centos", "el-live"],
        ["asianux"] = ["anaconda"],
        ["circle"] = ["anaconda"],
        ["debian"] = ["debian-installer", "debian-installer-disc", "live-boot"],
        ["dragonflybsd"] = ["freebsd"],
        ["elementary"] = ["elementary"],
        ["eurolinux"] = ["eurolinux"],
        ["fedora"] = ["fedora-installer", "fedora-live", "fedora-ostree"],
        ["freebsd"] = ["freebsd"],
        ["freedos"] = ["freedos"],
        ["gentoo"] = ["gentoo"],
        ["miraclelinux"] = ["anaconda"],
        ["netbsd"] = ["netbsd"],
        ["nixos"] = ["nixos"],
        ["ol"] = ["oracle-linux"],
        ["openanolis.cn"] = ["anaconda"],
        ["openbsd"] = ["openbsd"],
        ["opensuse"] = ["opensuse-yast", "opensuse-live", "opensuse-agama"],
        ["popos"] = ["pop-os"],
        ["pureos"] = ["pureos"],
        ["rhel"] = ["rhel", "anaconda"],
        ["rocky"] = ["rocky", "el-live"],
        ["slackware"] = ["slackware"],
        ["sle"] = ["opensuse-yast"],
        ["sled"] = ["opensuse-yast"],
        ["slem"] = ["opensuse-yast"],
        ["sles"] = ["opensuse-yast", "opensuse-agama"],
        ["caasp"] = ["opensuse-yast"],
        ["trisquel"] = ["trisquel"],
        ["ubuntu"] = ["ubuntu-desktop", "ubuntu-server"],
        ["univention"] = ["debian-installer"],
        ["voidlinux"] = ["void"],
        ["win"] = ["windows", "windows-7", "windows-xp"],
    };

    /// <summary>File and label of each image.</summary>
    public static IEnumerable<(string File, string Label)> Labels => File.ReadLines(TestData.Path("images/labels.tsv"))
        .Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t')).Select(static cells => (cells[0], cells[1]));

    [Fact]
    public void No_label_of_a_real_image_hints_at_another_family()
    {
        string[] wrong =
        [
            .. Labels.Select(static row => (row.File, row.Label, Hint: ProfileMatcher.Guess(SampleProfiles.Shipped, row.Label, "")?.Id))
                .Where(static row => row.Hint is not null && !Allowed.GetValueOrDefault(row.File.Split('/')[0], []).Contains(row.Hint))
                .Select(static row => $"{row.File}: '{row.Label}' hints at {row.Hint}"),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Most_labels_of_families_with_a_profile_hint_at_it()
    {
        (string File, string Label)[] known = [.. Labels.Where(static row => Allowed.ContainsKey(row.File.Split('/')[0]))];
        string[] silent =
        [
            .. known.Where(static row => ProfileMatcher.Guess(SampleProfiles.Shipped, row.Label, "") is null).Select(static row => $"{row.File}: '{row.Label}'"),
        ];
        Assert.True(silent.Length <= known.Length / 20, $"{silent.Length} of {known.Length} say nothing:\n{string.Join('\n', silent)}");
    }
}
