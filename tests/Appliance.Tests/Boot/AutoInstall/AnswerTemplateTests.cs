using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using System.Xml.Linq;
using Appliance.Boot;
using Appliance.Boot.AutoInstall;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.AutoInstall;

/// <summary>Variables in answer files, and that what people have written stays text in each language: conformance V-13.</summary>
public sealed class AnswerTemplateTests
{
    /// <summary>All that has a meaning in one of the languages.</summary>
    private const string Hostile = "a\"b'c\\d$(touch /tmp/x)`id`${HOME}<e>&amp;\n# f: [g] \u0007ü";

    private static readonly AnswerValues Values = new(
        PhysicalAddress.Parse("52540000AB01"), IPAddress.Parse("192.168.100.100"), "Bench 7!", Hostile, "http://192.168.100.1",
        "http://192.168.100.1/boot/debian%2012", "http://192.168.100.1/isos/debian%2012.iso");

    [Fact]
    public void Variables_are_the_clients_and_the_images()
    {
        const string Template = "${mac} ${ip} ${hostname} ${server} ${address} ${image} ${iso} \"${client_name}\" $${HOME} $HOME $";
        Assert.Empty(AnswerTemplate.FindMistakes(Template, AnswerLanguage.Shell));
        Assert.Equal(
            "52:54:00:00:ab:01 192.168.100.100 bench-7 http://192.168.100.1 192.168.100.1 http://192.168.100.1/boot/debian%2012 "
            + "http://192.168.100.1/isos/debian%2012.iso \"Bench 7!\" ${HOME} $HOME $",
            AnswerTemplate.Expand(Template, AnswerLanguage.Shell, Values));
    }

    [Theory]
    [InlineData("a\n  ${macc}", "line 2: ${macc} is no variable; there are: mac, ip, ")]
    [InlineData("${}", "line 1: ${} is no variable")]
    [InlineData("a ${mac", "line 1: ${ is not closed by } in its line")]
    [InlineData("${mac\n}", "line 1: ${ is not closed by } in its line")]
    [InlineData("\n\nname: ${image_name}", "line 3: ${image_name} must stand in double quotes")]
    [InlineData("sh -c 'echo \"${client_name}\"'", "line 1: ${client_name} must stand in double quotes")]
    [InlineData("\"a\" ${client_name}", "line 1: ${client_name} must stand in double quotes")]
    [InlineData("\"a\\\" ${client_name}", null)]
    [InlineData("'\\' \"${client_name}\"", null)]
    [InlineData("$${image_name}", null)]
    public void A_mistake_names_its_line(string template, string? mistake)
    {
        if (mistake is null)
        {
            Assert.Empty(AnswerTemplate.FindMistakes(template, AnswerLanguage.Shell));
        }
        else
        {
            Assert.StartsWith(mistake, Assert.Single(AnswerTemplate.FindMistakes(template, AnswerLanguage.Shell)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_mistake_is_named_and_an_apostrophe_in_JSON_is_no_quote()
    {
        Assert.Equal(2, AnswerTemplate.FindMistakes("${a}\n${b}", AnswerLanguage.Yaml).Length);
        Assert.Empty(AnswerTemplate.FindMistakes("{\"it's\": \"${image_name}\"}", AnswerLanguage.Json));
    }

    [Theory]
    [InlineData(AnswerTemplate.MaxLength, true)]
    [InlineData(AnswerTemplate.MaxLength + 1, false)]
    public void A_file_has_a_limit(int length, bool isGood) =>
        Assert.Equal(isGood, AnswerTemplate.FindMistakes(new string('x', length), AnswerLanguage.Shell).IsEmpty);

    /// <summary>Read by the shell itself.</summary>
    [Fact]
    public void V_13_a_hostile_name_is_one_word_of_a_shell_script()
    {
        using var folder = new TestFolder();
        string script = Expand("printf '%s' \"${image_name}\"", AnswerLanguage.Shell);
        Assert.Equal(Clean, Tool.Run("dash", "sh", folder.Write("script", script)));
    }

    [Fact]
    public void V_13_a_hostile_name_is_one_string_of_JSON_and_of_YAML_and_TOML_which_escape_as_it_does()
    {
        foreach (AnswerLanguage language in new[] { AnswerLanguage.Json, AnswerLanguage.Yaml, AnswerLanguage.Toml })
        {
            Assert.Equal(Clean, JsonDocument.Parse(Expand("\"${image_name}\"", language)).RootElement.GetString());
        }
    }

    [Fact]
    public void V_13_a_hostile_name_is_text_of_XML_between_tags_and_in_attributes()
    {
        XElement element = XElement.Parse(Expand("<a b=\"${image_name}\" c='${image_name}'>${image_name}</a>", AnswerLanguage.Xml));
        Assert.Equal([Clean, Clean, Clean], [element.Attribute("b")!.Value, element.Attribute("c")!.Value, element.Value]);
    }

    [Fact]
    public void What_is_not_known_of_a_client_is_said_to_it()
    {
        NotPublishedException unknown = Assert.Throws<NotPublishedException>(() =>
            AnswerTemplate.Expand("${mac}", AnswerLanguage.Shell, Values with { Client = null }));
        Assert.Contains("${mac}, which is not known of 192.168.100.100", unknown.Message, StringComparison.Ordinal);
        Assert.Equal("192.168.100.100", AnswerTemplate.Expand("${ip}", AnswerLanguage.Shell, Values with { Client = null }));
    }

    [Theory]
    [InlineData("Bench 7", "bench-7")]
    [InlineData("-- ü --", "pc-00ab01")]
    [InlineData("", "pc-00ab01")]
    [InlineData("$(reboot).example", "reboot--example")]
    public void A_host_name_has_letters_digits_and_hyphens(string name, string expected) =>
        Assert.Equal(expected, AnswerValues.HostName(name, PhysicalAddress.Parse("52540000AB01")));

    [Theory]
    [InlineData(63, 63)]
    [InlineData(64, 63)]
    public void A_host_name_is_no_longer_than_a_label(int length, int expected) =>
        Assert.Equal(expected, AnswerValues.HostName(new string('x', length), PhysicalAddress.Parse("52540000AB01")).Length);

    private static string Clean => string.Concat(Hostile.Select(static c => char.IsControl(c) ? ' ' : c));

    private static string Expand(string template, AnswerLanguage language)
    {
        Assert.Empty(AnswerTemplate.FindMistakes(template, language));
        return AnswerTemplate.Expand(template, language, Values);
    }
}
