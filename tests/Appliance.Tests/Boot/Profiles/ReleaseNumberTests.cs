using Appliance.Boot;
using Appliance.Boot.Profiles;

namespace Appliance.Tests.Boot.Profiles;

public sealed class ReleaseNumberTests
{
    [Theory]
    [InlineData("Ubuntu 24.04.1 LTS \"Noble Numbat\" - Release amd64 (20240827.1)", "buntu", "24.04.1")]
    [InlineData("Rocky-9-0-x86_64-dvd", "Rocky", "9.0")]
    [InlineData("AlmaLinux-8_10-x86_64-Live-Mini", "AlmaLinux", "8.10")]
    [InlineData("openSUSE-Leap-15.6-DVD-x86_64710", "Leap-", "15.6")]
    [InlineData("RESCUE1302", "RESCUE", "1302")]
    [InlineData("Gentoo amd64 20190212T214502Z", "", "20190212")]
    [InlineData("CCCOMA_X64FRE_EN-US_DV9", "", null)]
    [InlineData("CentOS 7 x86_64", "CentOS", "7")]
    [InlineData("Fedora-WS-Live-41-", "Live-", "41")]
    [InlineData("VOID_LIVE", "", null)]
    [InlineData("Debian 12", "Fedora", null)]
    [InlineData("", "", null)]
    public void A_release_is_the_first_number_behind_its_word(string text, string after, string? release) =>
        Assert.Equal(release, ReleaseNumber.Find(text, after));

    [Theory]
    [InlineData("24.04", ">=24.04", true)]
    [InlineData("24.04.3", ">=24.04", true)]
    [InlineData("23.10", ">=24.04", false)]
    [InlineData("22.04.5", "<24.04", true)]
    [InlineData("24.04.1", "=24.04", true)]
    [InlineData("6", "<7", true)]
    [InlineData("7", "<=7", true)]
    [InlineData("7.9", ">7", false)]
    [InlineData("10", ">9.9", true)]
    [InlineData(null, ">=99", true)]
    [InlineData(null, "<99", false)]
    public void A_release_is_compared_as_far_as_it_is_asked_for_and_an_unknown_one_is_the_newest(string? release, string expression, bool fits) =>
        Assert.Equal(fits, ReleaseNumber.Fits(release, expression));

    [Theory]
    [InlineData("vmlinuz-6.9.1", "vmlinuz-6.12.0")]
    [InlineData("vmlinuz", "vmlinuz-5.10")]
    [InlineData("a9b", "a10a")]
    [InlineData("a010", "a11")]
    public void The_newer_name_is_the_one_with_the_greater_number(string older, string newer)
    {
        Assert.True(NaturalComparer.Instance.Compare(older, newer) < 0);
        Assert.True(NaturalComparer.Instance.Compare(newer, older) > 0);
        Assert.Equal(0, NaturalComparer.Instance.Compare(newer, newer));
    }
}
