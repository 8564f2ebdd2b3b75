using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>Settings made at run time, by name. Part of transactions of others, which is why it takes their connection.</summary>
internal static class SettingTable
{
    public static string? Read(SqliteDatabase database, string name) =>
        database.Query("SELECT value FROM setting WHERE name = ?1", static row => row.GetText(0), name).FirstOrDefault();

    /// <summary>Sets it, or forgets it when the value is null.</summary>
    public static void Put(SqliteDatabase database, string name, string? value)
    {
        if (value is null)
        {
            database.Run("DELETE FROM setting WHERE name = ?1", name);
        }
        else
        {
            database.Run("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", name, value);
        }
    }
}
