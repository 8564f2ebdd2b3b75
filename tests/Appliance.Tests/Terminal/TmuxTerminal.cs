using System.Diagnostics;
using Appliance.Tests.Images;

namespace Appliance.Tests.Terminal;

/// <summary>A program on a terminal of 80 columns and 24 rows, typed at and looked at through tmux.</summary>
internal sealed class TmuxTerminal : IDisposable
{
    /// <summary>For a screen to show. The program starts in a second where nothing else runs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();

    /// <param name="program">The program and its arguments.</param>
    /// <remarks>A variable that begins like the program's settings would be taken for one.</remarks>
    public TmuxTerminal(params string[] program) => Run(
        ["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "env", "--unset=PLUGBOOT_WRITE_GOLDEN", "TERM=dumb", "PS1=shell: ", .. program]);

    /// <summary>Presses keys, by tmux' names or as text.</summary>
    public void Press(params string[] keys) => Run(["send-keys", .. keys]);

    /// <summary>Types text as it is, and Enter.</summary>
    public void Type(string text)
    {
        if (text.Length > 0)
        {
            Run(["send-keys", "-l", text]);
        }

        Press("Enter");
    }

    /// <summary>Waits until the last line that is not empty is a question that ends so; returns the screen.</summary>
    /// <param name="pressEnter">
    /// Whether to press Enter meanwhile: of lines that are not read in time the kernel drops what is too much, their ends too.
    /// </param>
    public async Task<string> WaitForAsync(string question, bool pressEnter = false)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            string screen = Run(["capture-pane", "-p"]).TrimEnd();
            if (screen.EndsWith(question.TrimEnd(), StringComparison.Ordinal))
            {
                return screen;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"'{question}' is not asked:\n{screen}");
            if (pressEnter)
            {
                Type("");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    public void Dispose()
    {
        Run(["kill-server"]);
        _folder.Dispose();
    }

    private string Run(string[] arguments) => Tool.Run("tmux", "tmux", ["-S", _folder["tmux"], .. arguments]);
}
