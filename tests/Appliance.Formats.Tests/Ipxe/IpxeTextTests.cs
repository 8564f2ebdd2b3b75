using Appliance.Formats.Ipxe;

namespace Appliance.Formats.Tests.Ipxe;

public sealed class IpxeTextTests
{
    [Theory]
    [InlineData("plain title (61 MB)", "plain title (61 MB)")]
    [InlineData("a\n#!ipxe\nshell", "a No.!ipxe shell")]
    [InlineData("x ; shell", "x , shell")]
    [InlineData("x; shell", "x; shell")]
    [InlineData("disc #2 of 3 C#", "disc No.2 of 3 C#")]
    [InlineData("a\u2028shell\u0085x", "a shell x")]
    [InlineData("${net0/mac}", "$ {net0/mac}")]
    [InlineData("$${x}", "$$ {x}")]
    [InlineData("x || shell", "x | | shell")]
    [InlineData("x && shell", "x & & shell")]
    [InlineData("  two   blanks ", "two blanks")]
    [InlineData("Größe 日本", "Größe 日本")]
    public void V_13_a_title_can_neither_begin_a_command_nor_an_expansion(string text, string expected) =>
        Assert.Equal(expected, IpxeText.Plain(text));

    [Theory]
    [InlineData("vga=788 --- quiet", "vga=788 --- quiet")]
    [InlineData("a ${x} b", "a b")]
    [InlineData("a || shell", "a shell")]
    [InlineData("a ; shell", "a shell")]
    [InlineData("a #b c#", "a c#")]
    [InlineData("a\tb\u0007 c", "a c")]
    public void V_13_parameters_that_iPXE_would_take_for_its_own_are_left_out(string text, string expected) =>
        Assert.Equal(expected, IpxeText.Parameters(text));

    [Theory]
    [InlineData("/isos/a b.iso", "/isos/a%20b.iso")]
    [InlineData("/isos/${x}#?&+%.iso", "/isos/%24%7Bx%7D%23%3F%26%2B%25.iso")]
    [InlineData("/boot/größe/live", "/boot/gr%C3%B6%C3%9Fe/live")]
    [InlineData("/a\nb", "/a%0Ab")]
    public void A_path_becomes_one_word_of_unreserved_characters(string path, string expected) =>
        Assert.Equal(expected, IpxeText.UrlPath(path));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("${x}")]
    public void A_label_that_is_no_word_is_a_bug_of_the_caller(string label) =>
        Assert.Throws<ArgumentException>(() => new IpxeScript().Label(label));
}
