using Appliance.Catalog;
using Appliance.Options;

namespace Appliance.Admin.Live;

/// <summary>The menu's title, time-out and default entry.</summary>
internal sealed class SettingRoutes(MenuTable records, MenuOptions options)
{
    private const int MostSeconds = 3600; // As the setting menu-timeout

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/theme", Access.Viewer, "The menu's title, time-out and default", _ => Task.FromResult(Show())),
        new("PUT", "/api/theme", Access.Operator, "Changes them; what is left out stays", ChangeAsync)
        {
            Body =
            [
                new("title", "string", "Title of the menu; empty: as started with"),
                new("menu_timeout", "integer", "Seconds before the default starts; 0 waits for ever"),
                new("default_menu_item", "string", "local, or an image's filename; empty: as started with"),
            ],
        },
    ];

    private ApiAnswer Show()
    {
        MenuSettings set = records.Current.Settings;
        var view = new MenuView(
            set.Title ?? options.Title, (int)(set.Timeout ?? options.Timeout).TotalSeconds, set.Default ?? options.Default);
        return ApiAnswer.Of(view, AdminJson.Default.MenuView);
    }

    private async Task<ApiAnswer> ChangeAsync(ApiRequest request)
    {
        MenuOrder order = await request.ReadAsync(AdminJson.Default.MenuOrder);
        if (order.MenuTimeout is < 0 or > MostSeconds)
        {
            throw ApiException.BadRequest($"menu_timeout takes 0 to {MostSeconds} seconds");
        }

        MenuSettings before = records.Current.Settings;
        records.Put(new MenuSettings(
            Text("title", order.Title, before.Title),
            order.MenuTimeout is { } seconds ? TimeSpan.FromSeconds(seconds) : before.Timeout,
            Text("default_menu_item", order.DefaultMenuItem, before.Default)));
        return Show();
    }

    private static string? Text(string field, string? text, string? before) =>
        text is null ? before : FieldText.Line(field, text, 200) is { Length: > 0 } line ? line : null;
}
