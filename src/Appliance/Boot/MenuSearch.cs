using System.Collections.Immutable;

namespace Appliance.Boot;

/// <summary>Looks for entries of a menu by the letters that a word of their titles begins with. Pure.</summary>
public static class MenuSearch
{
    /// <summary>Letters that are looked for; nobody types more on a serial console.</summary>
    public const int MaximumQuery = 64;

    /// <summary>The entries of all groups, in the order of the menu; all of them for an empty query.</summary>
    public static ImmutableArray<MenuEntry> Find(MenuGroup root, string query) => [.. EntriesOf(root).Where(entry => Begins(entry.Title, query.Trim()))];

    /// <summary>All entries, those of groups first, as a menu shows them.</summary>
    public static IEnumerable<MenuEntry> EntriesOf(MenuGroup group) => group.Groups.SelectMany(EntriesOf).Concat(group.Entries);

    private static bool Begins(string title, string query)
    {
        for (int i = 0; i < title.Length; i++)
        {
            bool beginsWord = i == 0 || (char.IsLetterOrDigit(title[i]) && !char.IsLetterOrDigit(title[i - 1]));
            if (beginsWord && title.AsSpan(i).StartsWith(query, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return query.Length == 0;
    }
}
