using Appliance.Boot.Profiles;

namespace Appliance.Tests.Boot;

/// <summary>The profiles that come inside the program.</summary>
internal static class SampleProfiles
{
    public static ProfileSet Shipped { get; } = Read();

    private static ProfileSet Read()
    {
        var files = new ProfileFiles("/nonexistent");
        Assert.True(files.Refresh());
        Assert.Empty(files.Current.Mistakes);
        return files.Current;
    }
}
