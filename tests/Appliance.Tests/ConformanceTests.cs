using System.Text.RegularExpressions;

namespace Appliance.Tests;

/// <summary>docs/conformance.md, checked: every requirement of the network side has tests, and they are there.</summary>
public sealed partial class ConformanceTests
{
    private static readonly string[] Required =
    [
        .. Numbers("D", 1, 17), .. Numbers("P", 1, 8), .. Numbers("T", 1, 11), .. Numbers("H", 1, 6), .. Numbers("V", 1, 6), .. Numbers("V", 19, 20),
    ];

    private static readonly (string Requirement, string[] Tests)[] Rows =
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(TestData.Root, "docs", "conformance.md"))).Select(static row =>
            (row.Groups["id"].Value, TestName().Matches(row.Groups["tests"].Value).Select(static test => test.Groups["name"].Value).ToArray())),
    ];

    [Fact]
    public void Every_requirement_is_listed_once() => Assert.Equal(Required, Rows.Select(static row => row.Requirement));

    [Fact]
    public void Every_requirement_names_tests_that_are_there_and_name_it()
    {
        HashSet<string> declared =
        [
            .. Directory.EnumerateFiles(Path.Combine(TestData.Root, "tests"), "*.cs", SearchOption.AllDirectories).SelectMany(static file =>
                Method().Matches(File.ReadAllText(file)).Select(method => $"{Path.GetFileName(file).Split('.')[0]}.{method.Groups["name"].Value}")),
        ];
        var offences = new List<string>();
        foreach ((string requirement, string[] tests) in Rows)
        {
            string mark = requirement.Replace('-', '_');
            offences.AddRange(tests.Where(test => !declared.Contains(test) || !test.Contains(mark, StringComparison.Ordinal))
                .Select(test => $"{requirement}: {test}"));
            offences.AddRange(tests.Length == 0 ? [requirement + ": no test"] : []);
        }

        Assert.Empty(offences);
    }

    private static IEnumerable<string> Numbers(string letter, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(number => $"{letter}-{number:00}");

    [GeneratedRegex(@"^\| (?<id>[A-Z]-[0-9]{2}) \| [^|]+ \| (?<tests>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (?<name>\w+)\(")]
    private static partial Regex Method();
}
