using Appliance.Options;

namespace Appliance.Terminal;

/// <summary>Takes an update from the media volume, where its owner has put it.</summary>
internal sealed class UpdatePage(ConsoleParts parts)
{
    private const int Most = 9;

    /// <summary>Asks which; false when the terminal is gone.</summary>
    public async Task<bool> ShowAsync()
    {
        string media = parts.Options.Storage.Media;
        string[] files = [.. Updates(media).Concat(Updates(parts.Options.Storage.Isos)).Take(Most)];
        parts.Terminal.Title("Update this box");
        parts.Terminal.Line(files.Length > 0 ? "Found:" : $"There is no update: put update.tar into {media}, and come back.");
        for (int i = 0; i < files.Length; i++)
        {
            parts.Terminal.Line($"{i + 1,2}  {Printable.Text(files[i])}");
        }

        parts.Terminal.Line();
        string? choice = await parts.Terminal.AskAsync("Number, 0 goes back: ");
        if (choice is { Length: 1 } && choice[0] - '1' is >= 0 and var index && index < files.Length)
        {
            using var said = new StringWriter();
            parts.Terminal.Line("Writing; this takes a minute.");
            bool isDone = parts.Update(files[index], said, said) == 0;
            parts.Terminal.Paragraph(said.ToString().ReplaceLineEndings(" "));
            parts.Terminal.Line(isDone ? "Restart the box to try it." : "Nothing was changed.");
        }

        return choice is not null;
    }

    private static IEnumerable<string> Updates(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.tar").Order(StringComparer.Ordinal) : [];
}
