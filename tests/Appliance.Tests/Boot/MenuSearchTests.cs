using System.Collections.Immutable;
using System.Text;
using Appliance.Boot;
using Appliance.Options;

namespace Appliance.Tests.Boot;

public sealed class MenuSearchTests
{
    private static readonly MenuGroup Root = new("",
        [new MenuGroup("rescue", [new MenuGroup("old", [], [Entry("grml-2014")])], [Entry("Debian Live (3 GB)"), Entry("SystemRescue")])],
        [Entry("debian-12-netinst"), Entry("Ubuntu Größe")]);

    [Theory]
    [InlineData("deb", "Debian Live (3 GB), debian-12-netinst")]
    [InlineData("DEBIAN-12", "debian-12-netinst")]
    [InlineData(" live ", "Debian Live (3 GB)")]
    [InlineData("12", "debian-12-netinst")]
    [InlineData("grö", "Ubuntu Größe")]
    [InlineData("grml", "grml-2014")]
    [InlineData("rescue", "")]
    [InlineData("ebian", "")]
    [InlineData("", "grml-2014, Debian Live (3 GB), SystemRescue, debian-12-netinst, Ubuntu Größe")]
    public void The_first_letters_of_any_word_find_entries_of_all_groups(string query, string found) =>
        Assert.Equal(found, string.Join(", ", MenuSearch.Find(Root, query).Select(static entry => entry.Title)));

    [Fact]
    public void What_was_found_is_a_script_that_ends_in_the_menu_it_was_called_from()
    {
        string script = Write(MenuSearch.Find(Root, "grml"), "grml");
        Assert.StartsWith("""
            #!ipxe
            :start
            menu -- Plugboot - what begins with "grml"
            item g-i0 grml-2014 - not here: broken
            item --gap
            item --key b back Back
            choose target && goto ${target} || goto back
            :g-i0
            echo -- grml-2014 cannot be started on this machine: broken.
            prompt --timeout 20000 Press a key to go back. || goto start
            goto start
            :back
            exit 0
            :failed-kernel
            """, script, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_found_is_said_so() =>
        Assert.Contains("\nitem --gap -- There is none.\nitem --key b back Back\n", Write([], "x"), StringComparison.Ordinal);

    [Theory]
    [InlineData("${net0/mac}")]
    [InlineData("a || shell")]
    [InlineData("a\nshell")]
    public void V_13_what_is_looked_for_cannot_add_a_line_an_expansion_or_an_operator(string query)
    {
        string[] lines = Write([], query).Split('\n');
        Assert.Equal(Write([], "x").Split('\n').Skip(3), lines.Skip(3));
        Assert.DoesNotContain("${", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(" || ", lines[2], StringComparison.Ordinal);
    }

    private static MenuEntry Entry(string title) => new(title, title, [], false, "broken");

    private static string Write(ImmutableArray<MenuEntry> found, string query) =>
        Encoding.UTF8.GetString(new IpxeMenu("http://192.168.100.1", new MenuOptions()).WriteFound(found, query));
}
