using System.Text;
using Appliance.Interop;
using Appliance.Options;
using Appliance.Update;

namespace Appliance.Board;

/// <summary>
/// The owner's settings file, changed by the box itself: by its console, its buttons, a command. On the firmware image what
/// is read is a copy in memory, and the file is on the boot volume. Settings count when the service starts again.
/// </summary>
internal sealed class SettingsFile
{
    /// <summary>Where it is looked for unless another is named; it need not exist.</summary>
    public const string DefaultPath = "/etc/plugboot/plugboot.conf";

    /// <summary>There on the firmware image alone (board/common/post-build.sh).</summary>
    private const string BoardFile = "/etc/plugboot/board";

    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly string? _original;
    private readonly Action<Action> _whileWritable;

    /// <param name="path">The file that is read.</param>
    /// <param name="original">The file that it is a copy of, or null; written first, because it outlives the power.</param>
    /// <param name="whileWritable">Does something while the original can be written.</param>
    public SettingsFile(string path, string? original = null, Action<Action>? whileWritable = null)
    {
        _path = path;
        _original = original;
        _whileWritable = whileWritable ?? (static action => action());
    }

    /// <summary>The file of this machine.</summary>
    public static SettingsFile Of(string path) => path == DefaultPath && File.Exists(BoardFile)
        ? new SettingsFile(path, Path.Combine(BootVolume.Folder, Path.GetFileName(path)), BootVolume.WhileWritable)
        : new SettingsFile(path);

    /// <summary>What stands in it, the last value of each setting; nothing where there is no file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Dictionary<string, string> Read()
    {
        var values = new Dictionary<string, string>();
        foreach (SettingValue value in SettingSource.FromFile(_path, ReadText(), []))
        {
            values[value.Name] = value.Value;
        }

        return values;
    }

    /// <summary>
    /// Changes settings; null takes one back to its default. Either all of them are written or none, and when this returns
    /// they outlive a cut of power.
    /// </summary>
    /// <exception cref="SettingValueException">The service could not start with them; the message says why.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Change(IEnumerable<KeyValuePair<string, string?>> changes)
    {
        string text = ReadText();
        foreach ((string name, string? value) in changes)
        {
            text = SettingsText.Change(text, name, value);
        }

        var mistakes = new List<string>();
        OptionsReader.Read(SettingSource.FromFile(Path.GetFileName(_path), text, mistakes), mistakes);
        if (mistakes.Count > 0)
        {
            throw new SettingValueException(string.Join("; ", mistakes));
        }

        try
        {
            if (_original is not null)
            {
                _whileWritable(() => Replace(_original, text));
            }

            Replace(_path, text);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{_path} may not be written: {denied.Message}", denied);
        }
    }

    private string ReadText()
    {
        // Its copy may have been taken away because it was wrong: what is wrong can be changed.
        string path = _original is not null && File.Exists(_original) ? _original : _path;
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{path} may not be read: {denied.Message}", denied);
        }
    }

    /// <summary>Beside it, made durable, then renamed: whoever pulls the plug finds the old file or the new one.</summary>
    private static void Replace(string path, string text)
    {
        string folder = Path.GetDirectoryName(path)!;
        string work = path + ".new";
        Directory.CreateDirectory(folder);
        using (FileStream file = new(work, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(Text.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(work, path, overwrite: true);
        FolderHandle.Sync(folder);
    }
}
