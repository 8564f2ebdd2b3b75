using System.Text.Json;

namespace Appliance.Boot.Profiles;

/// <summary>Reads one profile and says what is wrong with it. Pure.</summary>
internal static class ProfileReader
{
    /// <summary>Memory that no PC has; beyond it a figure is a slip of the keyboard.</summary>
    private const int MaxMib = 1 << 20;

    private const double MaxTimes = 10;

    /// <summary>The profile in a file, or null and every mistake with the place where it stands.</summary>
    public static BootProfile? Read(ReadOnlySpan<byte> json, List<string> mistakes)
    {
        // Editors on Windows begin a file with a byte order mark.
        json = json.StartsWith("\uFEFF"u8) ? json["\uFEFF"u8.Length..] : json;
        BootProfile? profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, ProfileJson.Default.BootProfile);
        }
        catch (JsonException wrong)
        {
            string line = wrong.LineNumber is { } number ? $"line {number + 1}, " : "";
            mistakes.Add($"{line}{wrong.Path ?? "$"}: {wrong.Message.Split(" Path: ", 2)[0]}");
            return null;
        }

        if (profile is null)
        {
            mistakes.Add("$: it holds no profile");
            return null;
        }

        int before = mistakes.Count;
        Check(profile, mistakes);
        return mistakes.Count == before ? profile : null;
    }

    private static void Check(BootProfile profile, List<string> mistakes)
    {
        Require(IsId(profile.Id), "$.id", "lower-case letters, digits and hyphens", mistakes);
        Require(profile.Name.Length > 0, "$.name", "a name for people", mistakes);
        Require(profile.Base is not null || profile.Detect.Count > 0, "$.detect", "a condition: without one it would match every image", mistakes);
        CheckConditions(profile.Detect, "$.detect", mistakes);
        CheckPatterns(profile.Kernel, "$.kernel", mistakes);
        CheckPatterns(profile.Initrd, "$.initrd", mistakes);
        for (int i = 0; i < profile.Ways.Count; i++)
        {
            CheckWay(profile.Ways[i], $"$.ways[{i}]", mistakes);
        }

        foreach (string twice in profile.Ways.GroupBy(static way => way.Id).Where(static ways => ways.Count() > 1).Select(static ways => ways.Key))
        {
            mistakes.Add($"$.ways: the id '{twice}' stands twice");
        }
    }

    private static void CheckWay(ProfileWay way, string place, List<string> mistakes)
    {
        Require(IsId(way.Id), place + ".id", "lower-case letters, digits and hyphens", mistakes);
        Require(way.Title.Length > 0, place + ".title", "a title for people", mistakes);
        Require(way.Memory.Mib is >= 0 and <= MaxMib, place + ".memory.mib", $"0 to {MaxMib}", mistakes);
        Require(way.Memory.Times is >= 0 and <= MaxTimes, place + ".memory.times", $"0 to {MaxTimes}", mistakes);
        Require(!way.Firmware.Contains(ClientFirmware.Unknown), place + ".firmware", "bios, uefi-x64, uefi-ia32 or uefi-arm64", mistakes);
        CheckConditions(way.When, place + ".when", mistakes);
        CheckPatterns(way.Kernel, place + ".kernel", mistakes);
        CheckPatterns(way.Initrd, place + ".initrd", mistakes);
        CheckPatterns(way.Fetches, place + ".fetches", mistakes);
        CheckPatterns(way.Needs, place + ".needs", mistakes);
        CheckPatterns(way.InitrdNeeds.Select(static need => need.File), place + ".initrdNeeds", mistakes);
        Require(way.InitrdNeeds.TrueForAll(static need => need.Otherwise.Length > 0), place + ".initrdNeeds", "a file and what is said otherwise", mistakes);
        CheckPatterns(way.InitrdLacks, place + ".initrdLacks", mistakes);
        CheckPatterns(way.Files.Select(static file => file.File), place + ".files", mistakes);
        Require(way.Files.TrueForAll(static file => IsFileName(file.As)), place + ".files", "names of letters, digits and . _ - / only", mistakes);
        if (ParameterTemplate.FindMistake(way.Parameters) is { } mistake)
        {
            mistakes.Add($"{place}.parameters: {mistake}");
        }
    }

    private static void CheckConditions(List<ProfileCondition> conditions, string place, List<string> mistakes)
    {
        for (int i = 0; i < conditions.Count; i++)
        {
            ProfileCondition condition = conditions[i];
            string here = $"{place}[{i}]";
            bool isEmpty = condition is { Path: null, File: null, Label: null, Release: null, Own: null, Any: null, None: null };
            Require(!isEmpty, here, "path, file with contains, label, release, own, any or none", mistakes);
            Require((condition.File is null) == (condition.Contains is null), here, "file and contains together", mistakes);
            Require(condition.Release is null || ReleaseNumber.IsExpression(condition.Release), here + ".release", "such as >=24.04", mistakes);
            CheckPatterns(condition.Path, here + ".path", mistakes);
            CheckConditions(condition.Any ?? [], here + ".any", mistakes);
            CheckConditions(condition.None ?? [], here + ".none", mistakes);
        }
    }

    private static void CheckPatterns(IEnumerable<string>? patterns, string place, List<string> mistakes)
    {
        foreach (string pattern in patterns ?? [])
        {
            bool climbs = pattern.Split('/').Contains("..");
            Require(pattern.Length > 0 && !climbs, place, $"paths inside the image, not '{pattern}'", mistakes);
        }
    }

    private static void Require(bool holds, string place, string wanted, List<string> mistakes)
    {
        if (!holds)
        {
            mistakes.Add($"{place}: must be {wanted}");
        }
    }

    private static bool IsId(string id) =>
        id.Length is > 0 and <= 64 && id.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');

    private static bool IsFileName(string name) => name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/');
}
