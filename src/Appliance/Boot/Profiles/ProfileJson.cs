using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Boot.Profiles;

/// <summary>
/// How a profile's file is read. Comments and trailing commas are for the people who write it; a property that nobody
/// knows is a mistake, because a misspelt condition would otherwise match everything.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BootProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
