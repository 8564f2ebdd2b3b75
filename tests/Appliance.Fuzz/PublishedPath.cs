namespace Appliance.Fuzz;

/// <summary>What every name that is looked up must be, whatever was sent.</summary>
internal static class PublishedPath
{
    public static void AssertNormal(string path)
    {
        Assert.StartsWith("/", path, StringComparison.Ordinal);
        Assert.DoesNotContain("//", path, StringComparison.Ordinal);
        Assert.DoesNotContain('\\', path);
        Assert.DoesNotContain(path.Split('/'), static segment => segment is "." or "..");
        Assert.DoesNotContain(path, static letter => letter is < ' ' or '\x7f' or '\ufffd');
    }
}
