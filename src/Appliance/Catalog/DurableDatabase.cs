using System.Globalization;
using System.Reflection;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>
/// Opens database files so that what was committed survives a power cut: write-ahead log and a flush for each commit, of the
/// settings tried with power cuts on an emulated card the cheapest that lost nothing (17 KB for a commit).
/// </summary>
internal static class DurableDatabase
{
    private const string SchemaFolder = "Appliance.Catalog.schema.";

    /// <summary>Opens the file, or makes a new one; one of an earlier version is brought to the last in place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schemas">
    /// Names of what leads from each version to the next, from nothing to version 1 first; each sets <c>user_version</c>.
    /// </param>
    /// <exception cref="SqliteException">It cannot be opened, is damaged or of another version.</exception>
    /// <exception cref="DllNotFoundException">There is no libsqlite3.so.0.</exception>
    public static SqliteDatabase Open(string path, params ReadOnlySpan<string> schemas)
    {
        SqliteDatabase database = SqliteDatabase.Open(path);
        try
        {
            // Exclusive: then no shared memory is needed, which not every file system has.
            database.Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF");
            database.Execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256");
            Require(database, "PRAGMA quick_check", "ok");
            database.Execute("PRAGMA journal_mode = WAL");
            for (int version = VersionOf(database); version < schemas.Length; version++)
            {
                database.Execute($"BEGIN IMMEDIATE; {ReadSchema(schemas[version])} COMMIT");
            }

            Require(database, "PRAGMA user_version", schemas.Length.ToString(CultureInfo.InvariantCulture));
            return database;
        }
        catch (SqliteException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Moves a damaged file away, for whoever wants to know why; returns its new name.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public static string SetAside(string path)
    {
        string aside = Aside(path);
        File.Move(path, aside, overwrite: true);
        if (File.Exists(path + "-wal"))
        {
            File.Move(path + "-wal", aside + "-wal", overwrite: true);
        }

        return aside;
    }

    /// <summary>Whether a damaged file of that name was moved away.</summary>
    public static bool WasSetAside(string path) => File.Exists(Aside(path));

    private static string Aside(string path) => path + ".damaged";

    private static int VersionOf(SqliteDatabase database) =>
        int.TryParse(database.QueryText("PRAGMA user_version"), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : int.MaxValue;

    /// <exception cref="SqliteException">The answer is another one: damage, or a version that is not ours.</exception>
    private static void Require(SqliteDatabase database, string pragma, string expected)
    {
        string? answer = database.QueryText(pragma);
        if (answer != expected)
        {
            throw SqliteException.ForDamage($"{pragma} answers '{answer}' instead of '{expected}'");
        }
    }

    private static string ReadSchema(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(SchemaFolder + name)
            ?? throw new InvalidOperationException($"{name} is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
