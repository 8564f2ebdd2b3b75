using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Admin.Images;

/// <summary>An image that is known to be somewhere on the internet.</summary>
/// <param name="Id">Its name in the API.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Group">Folder of the library that it goes into.</param>
/// <param name="Sums">A list of SHA-256 sums that names it.</param>
/// <param name="File">The name, with * for what changes from release to release.</param>
/// <param name="Folder">Where it lies, if not beside the list; ends in a slash.</param>
internal sealed record CatalogueEntry(string Id, string Name, string Group, Uri Sums, string File, Uri? Folder = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueEntry[]))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
