using System.Globalization;
using System.Text.Json;

namespace Appliance.Terminal;

/// <summary>Reads text out of the daemon's answers.</summary>
internal static class JsonText
{
    /// <summary>A field as text; empty when it is not there or null.</summary>
    public static string GetText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement field) && field.ValueKind is not JsonValueKind.Null ? field.ToString() : "";
}

/// <summary>Sizes for people.</summary>
internal static class Size
{
    public static string Of(long bytes) => bytes >= 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
