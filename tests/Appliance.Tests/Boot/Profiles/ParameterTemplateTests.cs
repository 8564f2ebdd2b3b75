using System.Text;
using Appliance.Boot.Profiles;
using Appliance.Formats.Ipxe;

namespace Appliance.Tests.Boot.Profiles;

public sealed class ParameterTemplateTests
{
    private static readonly string[] Pieces = ["{", "}", "{own}", "{url:a*}", "{version}", "{bootif}", "{x}", "{url:", "$", "${", " ", "a=b", "||", "\n", "\0", "ä", ":"];

    [Fact]
    public void A_template_without_mistakes_expands_to_one_line_without_an_expansion_of_iPXEs()
    {
        int good = 0;
        for (int seed = 0; seed < 5000; seed++)
        {
            string template = Make(new Random(seed));
            if (ParameterTemplate.FindMistake(template) is null)
            {
                good++;
                string text = IpxeText.Parameters(ParameterTemplate.Expand(template, "-6.1", static variable => $"<{variable}>"));
                Assert.False(text.Contains("${", StringComparison.Ordinal) || text.Any(char.IsControl) || text.Split(' ').Contains("||"), $"seed {seed}: {text}");
            }
        }

        Assert.InRange(good, 100, 4900);
    }

    [Fact]
    public void The_version_may_stand_inside_another_variable_and_blanks_are_folded() =>
        Assert.Equal("a=<url:boot/modloop-lts> b", ParameterTemplate.Expand(" a={url:boot/modloop{version}}   b ", "-lts", static variable => $"<{variable}>"));

    [Theory]
    [InlineData("plain/-._~%20:+", true)]
    [InlineData("", true)]
    [InlineData("a b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\u00a0b", false)]
    [InlineData("a${b", false)]
    [InlineData("a\"b", false)]
    [InlineData("a\u0001b", false)]
    public void What_loaders_and_kernels_would_split_or_expand_is_no_word(string value, bool isWord) => Assert.Equal(isWord, ParameterTemplate.IsOneWord(value));

    private static string Make(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(6); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }
}
