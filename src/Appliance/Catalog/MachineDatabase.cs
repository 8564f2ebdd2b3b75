using System.Collections.Immutable;
using System.Net.NetworkInformation;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>What is to be written of machines and images.</summary>
/// <param name="Machines">Machines; null: it is forgotten.</param>
/// <param name="Images">Counts of images, by their ids.</param>
internal sealed record MachineChanges(
    ImmutableArray<(PhysicalAddress Mac, MachineRecord? Machine)> Machines, ImmutableArray<(string Image, ImageBoots Boots)> Images)
{
    public bool IsEmpty => Machines.IsEmpty && Images.IsEmpty;
}

/// <summary>The file of <see cref="MachineMemory"/>, opened when it is used and, after a failure, anew. Used by one thread at a time.</summary>
internal sealed partial class MachineDatabase(string path, ILogger log) : IDisposable
{
    private const string Schema = "machines.sql";

    private SqliteDatabase? _database;

    public string Path => path;

    /// <summary>Whether the failure is the disk's or the library's, and no bug of ours.</summary>
    public static bool IsOfTheWorld(Exception failure) =>
        failure is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException;

    /// <exception cref="Exception">It failed: <see cref="IsOfTheWorld"/>.</exception>
    public void Load(Dictionary<PhysicalAddress, MachineRecord> machines, Dictionary<string, ImageBoots> images)
    {
        SqliteDatabase database = Open();
        ILookup<long, TriedWay> ways = database.Query(
            "SELECT mac, image, way, worked FROM tried_way ORDER BY mac, place",
            static row => (Mac: row.GetInt64(0), Way: new TriedWay(row.GetText(1), row.GetText(2), row.GetBool(3))))
            .ToLookup(static row => row.Mac, static row => row.Way);
        foreach (MachineRecord machine in database.Query("SELECT mac, loader, entry, changed FROM machine", row => Read(row, ways)))
        {
            machines[machine.Mac] = machine;
        }

        foreach ((string image, ImageBoots boots) in database.Query(
            "SELECT image, begun, finished FROM image_boots",
            static row => (row.GetText(0), new ImageBoots(row.GetInt64(1), row.GetInt64(2)))))
        {
            images[image] = boots;
        }
    }

    /// <summary>Writes all of it in one transaction.</summary>
    /// <exception cref="Exception">It failed, and nothing was written: <see cref="IsOfTheWorld"/>.</exception>
    public void Write(MachineChanges changes)
    {
        SqliteDatabase database = Open();
        try
        {
            database.Execute("BEGIN IMMEDIATE");
            foreach ((PhysicalAddress mac, MachineRecord? machine) in changes.Machines)
            {
                Put(database, EthernetNumber.Of(mac), machine);
            }

            foreach ((string image, ImageBoots boots) in changes.Images)
            {
                database.Run("INSERT OR REPLACE INTO image_boots (image, begun, finished) VALUES (?1, ?2, ?3)", image, boots.Begun, boots.Finished);
            }

            database.Execute("COMMIT");
        }
        catch (SqliteException)
        {
            // Closing it takes the transaction back.
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _database?.Dispose();
        _database = null;
    }

    private static MachineRecord Read(SqliteStatement row, ILookup<long, TriedWay> ways) => new(EthernetNumber.ToAddress(row.GetInt64(0)))
    {
        Loader = row.GetTextOrNull(1),
        DefaultEntry = row.GetTextOrNull(2),
        Changed = DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3)),
        Ways = [.. ways[row.GetInt64(0)]],
    };

    private static void Put(SqliteDatabase database, long mac, MachineRecord? machine)
    {
        database.Run("DELETE FROM tried_way WHERE mac = ?1", mac);
        if (machine is null)
        {
            database.Run("DELETE FROM machine WHERE mac = ?1", mac);
            return;
        }

        database.Run(
            "INSERT OR REPLACE INTO machine (mac, loader, entry, changed) VALUES (?1, ?2, ?3, ?4)",
            mac, machine.Loader, machine.DefaultEntry, machine.Changed.ToUnixTimeSeconds());
        for (int place = 0; place < machine.Ways.Length; place++)
        {
            TriedWay tried = machine.Ways[place];
            database.Run(
                "INSERT INTO tried_way (mac, place, image, way, worked) VALUES (?1, ?2, ?3, ?4, ?5)", mac, place, tried.Image, tried.Way, tried.Worked);
        }
    }

    private SqliteDatabase Open()
    {
        try
        {
            return _database ??= DurableDatabase.Open(path, Schema);
        }
        catch (SqliteException damage) when (damage.IsDamage)
        {
            LogSetAside(log, path, damage.Message, DurableDatabase.SetAside(path));
            return _database = DurableDatabase.Open(path, Schema);
        }
    }

    [LoggerMessage(LogLevel.Warning, "what was learned of machines is forgotten: {Path} is damaged ({Reason}) and was moved to {Aside}")]
    private static partial void LogSetAside(ILogger log, string path, string reason, string aside);
}
