using System.Collections.Immutable;
using Appliance.Interop;

namespace Appliance.Catalog;

/// <summary>Answers and groups of clients on disk. Part of transactions of <see cref="MenuTable"/>, whose connection it takes.</summary>
internal static class AnswerTable
{
    public static ImmutableDictionary<string, AnswerRecord> Read(SqliteDatabase database) => database.Query(
        "SELECT id, kind, description, content, images, clients, client_groups FROM answer",
        static row => new AnswerRecord(row.GetText(0), row.GetText(1))
        {
            Description = row.GetText(2),
            Content = row.GetText(3),
            Images = Lines(row.GetText(4)),
            Clients = Lines(row.GetText(5)),
            Groups = Lines(row.GetText(6)),
        }).ToImmutableDictionary(static answer => answer.Id);

    public static void Put(SqliteDatabase database, AnswerRecord answer) => database.Run(
        "INSERT OR REPLACE INTO answer (id, kind, description, content, images, clients, client_groups) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        answer.Id, answer.Kind, answer.Description, answer.Content, Text(answer.Images), Text(answer.Clients), Text(answer.Groups));

    public static void Delete(SqliteDatabase database, string id) => database.Run("DELETE FROM answer WHERE id = ?1", id);

    public static ImmutableDictionary<string, ClientGroupRecord> ReadGroups(SqliteDatabase database) => database.Query(
        "SELECT name, description, members, images FROM client_group",
        static row => new ClientGroupRecord(row.GetText(0))
        {
            Description = row.GetText(1),
            Members = Lines(row.GetText(2)),
            Images = Lines(row.GetText(3)),
        })
        .DistinctBy(static group => group.Name, StringComparer.OrdinalIgnoreCase)
        .ToImmutableDictionary(static group => group.Name, StringComparer.OrdinalIgnoreCase);

    public static void PutGroup(SqliteDatabase database, ClientGroupRecord group) => database.Run(
        "INSERT INTO client_group (name, description, members, images) VALUES (?1, ?2, ?3, ?4)",
        group.Name, group.Description, Text(group.Members), Text(group.Images));

    public static void DeleteGroup(SqliteDatabase database, string name) => database.Run("DELETE FROM client_group WHERE name = ?1", name);

    private static ImmutableArray<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static string Text(ImmutableArray<string> lines) => string.Join('\n', lines);
}
