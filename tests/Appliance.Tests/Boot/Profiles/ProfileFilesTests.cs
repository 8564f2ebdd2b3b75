using Appliance.Boot.Profiles;
using Appliance.Tests.Images;

namespace Appliance.Tests.Boot.Profiles;

/// <summary>Profiles read from files: what is shipped, what the user adds, what is wrong with it.</summary>
public sealed class ProfileFilesTests : IDisposable
{
    private const string Good = """
        {
          // comments and a trailing comma are allowed
          "id": "mine", "name": "Mine",
          "detect": [{ "path": ["mine/kernel"] }],
          "ways": [{ "id": "a", "title": "A", "parameters": "root={url:mine/*.img} {bootif}", }],
        }
        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shipped_profiles_have_no_mistakes()
    {
        var files = new ProfileFiles(_folder["none"]);
        files.Refresh();
        Assert.Empty(files.Current.Mistakes);
        Assert.True(files.Current.Count > 50, $"only {files.Current.Count} profiles");
    }

    [Fact]
    public void A_profile_of_the_users_own_takes_the_place_of_the_shipped_one_with_its_id()
    {
        int shipped = SampleProfiles.Shipped.Count;
        _folder.Write("profiles/a.json", Good);
        _folder.Write("profiles/b.json", Good.Replace("\"mine\",", "\"casper\",", StringComparison.Ordinal));
        ProfileSet set = Read();
        Assert.Empty(set.Mistakes);
        Assert.Equal(shipped + 1, set.Count);
        Assert.Equal("Mine", set.Profiles.Single(static profile => profile.Id == "casper").Name);
    }

    [Theory]
    [InlineData("\"name\": \"Mine\"", "\"nome\": \"Mine\"", "line 3", "nome")]
    [InlineData("\"path\": [\"mine/kernel\"]", "\"path\": \"mine/kernel\"", "line 4", "$.detect[0].path")]
    [InlineData("\"path\": [\"mine/kernel\"]", "", "$.detect[0]", "must be")]
    [InlineData("\"path\": [\"mine/kernel\"]", "\"file\": \"a\"", "$.detect[0]", "file and contains together")]
    [InlineData("\"path\": [\"mine/kernel\"]", "\"release\": \"24\"", "$.detect[0].release", ">=24.04")]
    [InlineData("mine/kernel", "../kernel", "$.detect[0].path", "inside the image")]
    [InlineData("[{ \"path\": [\"mine/kernel\"] }]", "[]", "$.detect", "it would match every image")]
    [InlineData("\"mine\",", "\"My Own\",", "$.id", "lower-case")]
    [InlineData("{bootif}", "{bootid}", "$.ways[0].parameters", "{bootid} is no variable")]
    [InlineData("{bootif}", "{bootif", "$.ways[0].parameters", "not closed")]
    [InlineData("{bootif}", "${net0/mac}", "$.ways[0].parameters", "${")]
    [InlineData("{bootif}", "a\\nb", "$.ways[0].parameters", "control characters")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"method\": \"chain\"", "line 5", "$.ways[0].method")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"firmware\": [\"unknown\"]", "$.ways[0].firmware", "bios")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"memory\": { \"mib\": 1048577 }", "$.ways[0].memory.mib", "0 to 1048576")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"memory\": { \"mib\": -1 }", "$.ways[0].memory.mib", "0 to 1048576")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"memory\": { \"times\": 10.5 }", "$.ways[0].memory.times", "0 to 10")]
    [InlineData("\"title\": \"A\"", "\"title\": \"A\", \"files\": [{ \"file\": \"a\", \"as\": \"a b\" }]", "$.ways[0].files", "letters, digits")]
    [InlineData("\"detect\"", "\"base\": \"nobody\", \"detect\"", "$.base", "no profile 'nobody'")]
    [InlineData("\"detect\"", "\"base\": \"mine\", \"detect\"", "$.base", "circle")]
    [InlineData("],\n}", "]", "line 5", "$")]
    public void A_mistake_is_named_with_its_place_and_only_that_file_is_left_out(string good, string bad, string place, string what)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        _folder.Write("profiles/bad.json", Good.Replace(good, bad, StringComparison.Ordinal));
        _folder.Write("profiles/good.json", Good.Replace("\"mine\",", "\"good\",", StringComparison.Ordinal));
        ProfileSet set = Read();
        string mistake = Assert.Single(set.Mistakes);
        Assert.StartsWith(_folder["profiles/bad.json"] + ": ", mistake, StringComparison.Ordinal);
        Assert.Contains(place, mistake, StringComparison.Ordinal);
        Assert.Contains(what, mistake, StringComparison.Ordinal);
        Assert.Contains(set.Profiles, static profile => profile.Id == "good");
        Assert.DoesNotContain(set.Profiles, static profile => profile.Id == "mine");
    }

    [Fact]
    public void The_largest_figures_that_are_allowed_are_read()
    {
        _folder.Write("profiles/a.json", Good.Replace("\"title\": \"A\"", "\"title\": \"A\", \"memory\": { \"mib\": 1048576, \"times\": 10 }", StringComparison.Ordinal));
        Assert.Empty(Read().Mistakes);
    }

    [Fact]
    public void A_file_that_changes_is_read_again_and_one_that_does_not_is_not()
    {
        var files = new ProfileFiles(_folder["profiles"]);
        Assert.True(files.Refresh());
        Assert.False(files.Refresh());
        string path = _folder.Write("profiles/a.json", Good);
        Assert.True(files.Refresh());
        Assert.False(files.Refresh());
        Assert.Contains(files.Current.Profiles, static profile => profile.Id == "mine");
        File.Delete(path);
        Assert.True(files.Refresh());
        Assert.DoesNotContain(files.Current.Profiles, static profile => profile.Id == "mine");
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_is_read() =>
        Assert.Empty(ReadOne([.. "\uFEFF"u8, .. System.Text.Encoding.UTF8.GetBytes(Good)]).Mistakes);

    [Fact]
    public void A_file_that_is_too_long_is_named_and_not_read() =>
        Assert.Contains("longer than 262144 bytes", Assert.Single(ReadOne(new byte[262145]).Mistakes), StringComparison.Ordinal);

    private ProfileSet ReadOne(byte[] content)
    {
        _folder.Write("profiles/a.json", content);
        return Read();
    }

    private ProfileSet Read()
    {
        var files = new ProfileFiles(_folder["profiles"]);
        files.Refresh();
        return files.Current;
    }
}
