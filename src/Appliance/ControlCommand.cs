using System.Text.Json;
using Appliance.Board;
using Appliance.Options;
using Appliance.Terminal;

namespace Appliance;

/// <summary>
/// <c>plugboot images, clients, settings, password, restart</c>: what the settings console does, for scripts. Asks the daemon
/// over its control socket; settings are in the owner's file, with or without it.
/// </summary>
internal sealed class ControlCommand(ControlClient service, SettingsFile settings, bool asJson, TextWriter output)
{
    /// <summary>Runs the verb of a command line; exit status 1 when it could not be done, with the reason on the error output.</summary>
    public static async Task<int> RunAsync(CommandLine command, TextWriter output, TextWriter errors)
    {
        using var service = new ControlClient(command.Options.Admin.ControlSocket);
        try
        {
            await new ControlCommand(service, SettingsFile.Of(command.ConfigPath), command.Arguments.Json, output)
                .RunAsync(command.Verb, command.Arguments.Operand);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or SettingValueException)
        {
            await errors.WriteLineAsync($"plugboot: {failure.Message}");
            return 1;
        }
    }

    private Task RunAsync(string verb, string? operand) => verb switch
    {
        "images" => ListAsync("/api/images", static image =>
            $"{Size.Of(image.GetProperty("size").GetInt64()),9}  {image.GetText("filename")}  {image.GetText("kind")}"),
        "clients" => ListAsync("/api/clients", static client =>
            $"{client.GetText("mac_address")}  {client.GetText("address"),-15}  {client.GetText("firmware"),-10}  {client.GetText("name")}"),
        "password" => MakePasswordAsync(),
        "restart" => service.SendAsync(HttpMethod.Post, "/api/restart"),
        _ when operand is null => ListSettingsAsync(),
        _ => ChangeSettingAsync(operand),
    };

    private async Task ListAsync(string resource, Func<JsonElement, string> line)
    {
        JsonElement list = await service.GetAsync(resource);
        if (asJson)
        {
            await output.WriteLineAsync(list.GetRawText());
            return;
        }

        foreach (JsonElement entry in list.EnumerateArray())
        {
            await output.WriteLineAsync(Printable.Text(line(entry)));
        }
    }

    private async Task MakePasswordAsync()
    {
        JsonElement made = await service.SendAsync(HttpMethod.Post, "/api/first-password");
        await output.WriteLineAsync(asJson ? made.GetRawText() : made.GetText("password"));
    }

    /// <summary>Those that stand in the file; the others are their defaults, which the help names.</summary>
    private async Task ListSettingsAsync()
    {
        Dictionary<string, string> values = settings.Read();
        if (!asJson)
        {
            foreach ((string name, string value) in values)
            {
                await output.WriteLineAsync($"{Printable.Text(name)} = {Printable.Text(value)}");
            }

            return;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach ((string name, string value) in values)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>NAME=VALUE sets it, NAME= takes it back to its default.</summary>
    private async Task ChangeSettingAsync(string operand)
    {
        int equals = operand.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            throw new SettingValueException($"settings: write {Printable.Text(operand)}=VALUE to set it, {Printable.Text(operand)}= for its default");
        }

        string value = operand[(equals + 1)..].Trim();
        settings.Change([new(operand[..equals].Trim(), value.Length == 0 ? null : value)]);
        if (!asJson)
        {
            await output.WriteLineAsync("plugboot: saved; it counts when the service starts again: plugboot restart");
        }
    }
}
