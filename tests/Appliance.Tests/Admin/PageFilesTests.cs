using System.Text.Json;
using System.Text.RegularExpressions;

namespace Appliance.Tests.Admin;

/// <summary>The page's files as they are in the program.</summary>
public sealed partial class PageFilesTests
{
    private static readonly string Folder = Path.Combine(TestData.Root, "src/Appliance/wwwroot");

    [Fact]
    public void The_page_is_small_and_asks_nothing_of_anybody_else()
    {
        string[] files = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories);
        Assert.True(files.Sum(static file => new FileInfo(file).Length) < 300_000);
        foreach (string file in files)
        {
            string text = File.ReadAllText(file).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotMatch(ForeignAddress(), text);
            Assert.DoesNotMatch(InlineCode(), file.EndsWith(".html", StringComparison.Ordinal) ? text : "");
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_language_has_every_word_and_the_page_uses_no_other()
    {
        Dictionary<string, string[]> languages = Directory.GetFiles(Path.Combine(Folder, "i18n"))
            .ToDictionary(static file => Path.GetFileNameWithoutExtension(file), static file =>
                JsonDocument.Parse(File.ReadAllText(file)).RootElement.EnumerateObject().Select(static word => word.Name).ToArray());
        Assert.Equal(["de", "en", "zh"], languages.Keys.Order());
        Assert.All(languages.Values, words => Assert.Equal(languages["en"], words));
        string scripts = string.Concat(Directory.GetFiles(Path.Combine(Folder, "js"), "*.js", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] used = [.. UsedWord().Matches(scripts).Select(static match => match.Groups[1].Value).Distinct()];
        Assert.True(used.Length > 60);
        Assert.Empty(used.Except(languages["en"]));
    }

    [Fact]
    public void Words_in_braces_are_the_same_in_every_language()
    {
        JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "i18n", $"{name}.json"))).RootElement;
        foreach (JsonProperty word in Read("en").EnumerateObject())
        {
            foreach (string other in (string[])["de", "zh"])
            {
                Assert.Equal(
                    Placeholder().Matches(word.Value.GetString()!).Select(static match => match.Value).Order(),
                    Placeholder().Matches(Read(other).GetProperty(word.Name).GetString()!).Select(static match => match.Value).Order());
            }
        }
    }

    [GeneratedRegex("(src|href|url\\(|fetch\\(|import)[^\\n]{0,4}(https?:)?//")]
    private static partial Regex ForeignAddress();

    [GeneratedRegex("<script>|<script [^>]*>[^<]|<style|\\son[a-z]+=|\\sstyle=")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?<![.\w])t\('([\w.]+)'")]
    private static partial Regex UsedWord();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
