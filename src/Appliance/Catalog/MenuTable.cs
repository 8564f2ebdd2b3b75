using System.Collections.Immutable;
using System.Globalization;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>
/// Keeps what was said of images, groups, clients and the menu itself. The menus read <see cref="Current"/>, which is in
/// memory: no client's request waits for the disk.
/// </summary>
public sealed class MenuTable
{
    private const string Title = "menu-title";
    private const string Timeout = "menu-timeout";
    private const string Default = "menu-default";

    private readonly CatalogDatabase _catalog;
    private readonly Lock _gate = new();
    private MenuRecords _current;

    /// <exception cref="IOException">The disk failed.</exception>
    public MenuTable(CatalogDatabase catalog)
    {
        _catalog = catalog;
        _current = catalog.Read(Load);
    }

    /// <summary>Raised after <see cref="Current"/> was replaced, by who replaced it.</summary>
    public event EventHandler? Changed;

    public MenuRecords Current => Volatile.Read(ref _current);

    /// <exception cref="IOException">The disk failed; the state is the one before.</exception>
    public void Put(ImageRecord image) => Change(
        database => PutImage(database, image), records => records with { Images = records.Images.SetItem(image.Path, image) });

    /// <summary>Forgets what was said of an image, also in the lists of clients, their groups and answers.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void DeleteImage(string path)
    {
        lock (_gate)
        {
            ClientRecord[] listed = [.. _current.Clients.Values.Where(client => client.Images.Contains(path))
                .Select(client => client with { Images = client.Images.Remove(path) })];
            ClientGroupRecord[] groups = [.. _current.ClientGroups.Values.Where(group => group.Images.Contains(path))
                .Select(group => group with { Images = group.Images.Remove(path) })];
            Change(
                database =>
                {
                    database.Run("DELETE FROM image WHERE path = ?1", path);
                    Array.ForEach(listed, client => PutClient(database, client));
                    Array.ForEach(groups, group => PutGroup(database, group));
                },
                records => records with
                {
                    Images = records.Images.Remove(path),
                    Clients = records.Clients.SetItems(listed.Select(static client => KeyValuePair.Create(client.Mac, client))),
                    ClientGroups = records.ClientGroups.SetItems(groups.Select(static group => KeyValuePair.Create(group.Name, group))),
                },
                answer => answer with { Images = answer.Images.Remove(path) });
        }
    }

    /// <exception cref="IOException">As above.</exception>
    public void Put(GroupRecord group) => Change(
        database =>
        {
            DeleteGroup(database, group.Path);
            database.Run(
                "INSERT INTO image_group (path, name, \"order\", enabled) VALUES (?1, ?2, ?3, ?4)", group.Path, group.Name, group.Order, group.Enabled);
        },
        records => records with { Groups = records.Groups.SetItem(group.Path, group) });

    /// <exception cref="IOException">As above.</exception>
    public void DeleteGroup(string path) => Change(
        database => DeleteGroup(database, path), records => records with { Groups = records.Groups.Remove(path) });

    /// <exception cref="IOException">As above.</exception>
    public void Put(ClientRecord client) => Change(
        database => PutClient(database, client), records => records with { Clients = records.Clients.SetItem(client.Mac, client) });

    /// <exception cref="IOException">As above.</exception>
    public void DeleteClient(string mac) => Change(
        database => database.Run("DELETE FROM client WHERE mac = ?1", mac),
        records => records with { Clients = records.Clients.Remove(mac) },
        answer => answer with { Clients = answer.Clients.Remove(mac) });

    /// <exception cref="IOException">As above.</exception>
    public void Put(AnswerRecord answer) => Change(
        database => AnswerTable.Put(database, answer), records => records with { Answers = records.Answers.SetItem(answer.Id, answer) });

    /// <summary>Changes answers, all at once: giving some to a client may take others away from it.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void ChangeAnswers(Func<AnswerRecord, AnswerRecord> change) => Change(static _ => { }, static records => records, change);

    /// <exception cref="IOException">As above.</exception>
    public void DeleteAnswer(string id) => Change(
        database => AnswerTable.Delete(database, id), records => records with { Answers = records.Answers.Remove(id) });

    /// <exception cref="IOException">As above.</exception>
    public void Put(ClientGroupRecord group) => Change(
        database => PutGroup(database, group), records => records with { ClientGroups = records.ClientGroups.SetItem(group.Name, group) });

    /// <summary>Forgets a group; another of its name does not inherit an installation.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void DeleteClientGroup(string name) => Change(
        database => AnswerTable.DeleteGroup(database, StoredName(name)),
        records => records with { ClientGroups = records.ClientGroups.Remove(name) },
        answer => answer with { Groups = answer.Groups.Remove(name, StringComparer.OrdinalIgnoreCase) });

    /// <exception cref="IOException">As above.</exception>
    public void Put(MenuSettings settings) => Change(
        database =>
        {
            SettingTable.Put(database, Title, settings.Title);
            SettingTable.Put(database, Timeout, settings.Timeout?.TotalSeconds.ToString("0", CultureInfo.InvariantCulture));
            SettingTable.Put(database, Default, settings.Default);
        },
        records => records with { Settings = settings });

    /// <summary>A change that concerns answers too.</summary>
    private void Change(Action<SqliteDatabase> store, Func<MenuRecords, MenuRecords> apply, Func<AnswerRecord, AnswerRecord> change)
    {
        lock (_gate)
        {
            AnswerRecord[] answers = [.. _current.Answers.Values.Select(change).Where(answer => answer != _current.Answers[answer.Id])];
            Change(
                database =>
                {
                    store(database);
                    Array.ForEach(answers, answer => AnswerTable.Put(database, answer));
                },
                records => apply(records) with
                {
                    Answers = records.Answers.SetItems(answers.Select(static answer => KeyValuePair.Create(answer.Id, answer))),
                });
        }
    }

    private void PutGroup(SqliteDatabase database, ClientGroupRecord group)
    {
        AnswerTable.DeleteGroup(database, StoredName(group.Name));
        AnswerTable.PutGroup(database, group);
    }

    /// <summary>Disk first: what nobody could keep is not shown either.</summary>
    private void Change(Action<SqliteDatabase> store, Func<MenuRecords, MenuRecords> apply)
    {
        lock (_gate)
        {
            _catalog.Write(store);
            Volatile.Write(ref _current, apply(_current));

            // Inside: whoever applies an older state must not come last.
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <summary>SQLite folds the case of ASCII only: the row is found by the spelling that it was written with.</summary>
    private void DeleteGroup(SqliteDatabase database, string path) =>
        database.Run("DELETE FROM image_group WHERE path = ?1", _current.Groups.GetValueOrDefault(path)?.Path ?? path);

    private string StoredName(string clientGroup) => _current.ClientGroups.GetValueOrDefault(clientGroup)?.Name ?? clientGroup;

    private static MenuRecords Load(SqliteDatabase database) => new(
        database.Query(
            "SELECT path, name, description, enabled, public, \"group\", \"order\", boot_method, parameters, source FROM image", ReadImage)
            .ToImmutableDictionary(static image => image.Path),
        database.Query(
            "SELECT path, name, \"order\", enabled FROM image_group",
            static row => new GroupRecord(row.GetText(0), row.GetTextOrNull(1), (int)row.GetInt64(2), row.GetBool(3)))
            .DistinctBy(static group => group.Path, StringComparer.OrdinalIgnoreCase)
            .ToImmutableDictionary(static group => group.Path, StringComparer.OrdinalIgnoreCase),
        database.Query("SELECT mac, name, description, enabled, show_public, images FROM client", ReadClient)
            .ToImmutableDictionary(static client => client.Mac),
        new MenuSettings(SettingTable.Read(database, Title), ReadTimeout(database), SettingTable.Read(database, Default)))
    {
        Answers = AnswerTable.Read(database),
        ClientGroups = AnswerTable.ReadGroups(database),
    };

    private static TimeSpan? ReadTimeout(SqliteDatabase database) =>
        int.TryParse(SettingTable.Read(database, Timeout), CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static ImageRecord ReadImage(SqliteStatement row) => new(row.GetText(0))
    {
        Name = row.GetTextOrNull(1),
        Description = row.GetText(2),
        Enabled = row.GetBool(3),
        Public = row.GetBool(4),
        Group = row.GetTextOrNull(5),
        Order = (int)row.GetInt64(6),
        BootMethod = row.GetText(7),
        Parameters = row.GetText(8),
        Source = row.GetTextOrNull(9),
    };

    private static void PutImage(SqliteDatabase database, ImageRecord image) => database.Run(
        "INSERT OR REPLACE INTO image (path, name, description, enabled, public, \"group\", \"order\", boot_method, parameters, source) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        image.Path, image.Name, image.Description, image.Enabled, image.Public, image.Group, image.Order, image.BootMethod, image.Parameters,
        image.Source);

    private static ClientRecord ReadClient(SqliteStatement row) => new(row.GetText(0))
    {
        Name = row.GetText(1),
        Description = row.GetText(2),
        Enabled = row.GetBool(3),
        ShowPublic = row.GetBool(4),
        Images = [.. row.GetText(5).Split('\n', StringSplitOptions.RemoveEmptyEntries)],
    };

    private static void PutClient(SqliteDatabase database, ClientRecord client) => database.Run(
        "INSERT OR REPLACE INTO client (mac, name, description, enabled, show_public, images) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        client.Mac, client.Name, client.Description, client.Enabled, client.ShowPublic, string.Join('\n', client.Images));
}
