using System.Text.Json;
using System.Text.RegularExpressions;

namespace Appliance.E2E.Rig;

/// <summary>Calls the admin API of a daemon from the client's end of the wire, with a session that outlives restarts.</summary>
internal sealed class AdminCalls
{
    public const string Url = $"http://{Wire.ServerAddress}:8081";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Wire _wire;

    private AdminCalls(Wire wire, string token)
    {
        _wire = wire;
        Authorization = "Authorization: Bearer " + token;
    }

    /// <summary>The header that signs a request in.</summary>
    public string Authorization { get; }

    /// <summary>Signs in with the password that a new daemon shows in its log.</summary>
    public static async Task<AdminCalls> SignInAsync(Wire wire, Daemon daemon)
    {
        await daemon.Log.WaitForAsync("its password [^ ]+ ", Deadline);
        string password = Regex.Match(daemon.Log.Text, "its password ([^ ]+) ").Groups[1].Value;
        string envelope = await wire.RunOnClientAsync(
            "curl", "--silent", "--fail", "--json", JsonSerializer.Serialize(new { username = "admin", password }), Url + "/api/login");
        return new AdminCalls(wire, JsonDocument.Parse(envelope).RootElement.GetProperty("data").GetProperty("token").GetString()!);
    }

    /// <summary>One call; status 0 when the connection broke.</summary>
    public async Task<(int Status, JsonElement Data)> CallAsync(string method, string path, object? json = null, string? file = null)
    {
        List<string> arguments =
        [
            "netns", "exec", _wire.Client, "curl", "--silent", "--request", method, "--header", Authorization, "--write-out", "\n%{http_code}", Url + path,
        ];
        if (json is not null)
        {
            arguments.AddRange(["--header", "Content-Type: application/json", "--data", JsonSerializer.Serialize(json)]);
        }

        if (file is not null)
        {
            arguments.AddRange(["--header", "Content-Type: application/octet-stream", "--data-binary", "@" + file]);
        }

        CommandResult result = await HostCommand.TryRunAsync("ip", [.. arguments]);
        int end = result.Output.LastIndexOf('\n');
        int status = int.Parse(result.Output[(end + 1)..]);
        return status != 0 && JsonDocument.Parse(result.Output[..end]).RootElement.TryGetProperty("data", out JsonElement data)
            ? (status, data.Clone())
            : (status, default);
    }

    /// <summary>As above, and it must succeed.</summary>
    public async Task<JsonElement> RequireAsync(string method, string path, object? json = null, string? file = null)
    {
        (int status, JsonElement data) = await CallAsync(method, path, json, file);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status}");
        return data;
    }
}
