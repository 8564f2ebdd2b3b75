using Appliance.Formats.Grub;

namespace Appliance.Formats.Tests.Grub;

/// <summary>What comes from outside stays one word with no meaning of its own: V-13.</summary>
public sealed class GrubTextTests
{
    [Theory]
    [InlineData("Debian 12", "'Debian 12'")]
    [InlineData("", "''")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("'; reboot; '", @"''\''; reboot; '\'''")]
    [InlineData("$root \"x\" \\ { } #", "'$root \"x\" \\ { } #'")]
    [InlineData("two\nlines\r\u2028\u0085\0", "'two lines    '")]
    [InlineData("Größe 日本", "'Größe 日本'")]
    public void V_13_text_becomes_one_quoted_word(string text, string expected) => Assert.Equal(expected, GrubText.Quote(text));

    /// <summary>Not a row above: a row's text is passed on as UTF-8, which has no half characters.</summary>
    [Fact]
    public void V_13_half_a_character_becomes_a_blank() => Assert.Equal("'lone   half'", GrubText.Quote("lone \ud800 half"));

    [Theory]
    [InlineData("vga=788 --- quiet", "vga=788 --- quiet")]
    [InlineData("ds=nocloud-net;s=http://192.168.100.1/a/ a\tb", "'ds=nocloud-net;s=http://192.168.100.1/a/' a b")]
    [InlineData("label=it's $x", @"'label=it'\''s' '$x'")]
    [InlineData("good=1 bad=\u0001 \nboot", "good=1")]
    public void V_13_parameters_are_quoted_word_by_word(string text, string expected) => Assert.Equal(expected, GrubText.Parameters(text));

    [Fact]
    public void V_13_a_path_is_encoded_so_that_it_is_one_word() =>
        Assert.Equal(
            "(http,192.168.100.1)/boot/it%27s%20%24%7Bx%7D%29/vmlinuz",
            GrubText.HttpPath("(http,192.168.100.1)", "/boot/it's ${x})/vmlinuz"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("ä")]
    public void An_identifier_must_be_plain(string id) => Assert.Throws<ArgumentException>(() => new GrubScript().Entry(id, "title"));
}
