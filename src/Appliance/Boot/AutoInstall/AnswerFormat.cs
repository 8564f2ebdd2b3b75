using System.Collections.Immutable;
using Appliance.Boot.Profiles;

namespace Appliance.Boot.AutoInstall;

/// <summary>The language of an answer file: how a text is put between double quotes in it.</summary>
public enum AnswerLanguage
{
    /// <summary>Preseed and kickstart, whose scripts and commands are shell.</summary>
    Shell,
    Yaml,
    Json,
    Toml,
    Xml,
}

/// <summary>The answer file of one kind of installer.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Word">Its name in profiles, in the catalog and in the API.</param>
/// <param name="File">Name of the file as clients fetch it.</param>
/// <param name="Language">What it is written in.</param>
public sealed record AnswerFormat(AutoInstallKind Kind, string Word, string File, AnswerLanguage Language)
{
    public static ImmutableArray<AnswerFormat> All { get; } =
    [
        new(AutoInstallKind.Preseed, "preseed", "preseed.cfg", AnswerLanguage.Shell),
        new(AutoInstallKind.Kickstart, "kickstart", "ks.cfg", AnswerLanguage.Shell),
        new(AutoInstallKind.CloudInit, "cloud-init", "user-data", AnswerLanguage.Yaml),
        new(AutoInstallKind.AutoYast, "autoyast", "autoinst.xml", AnswerLanguage.Xml),
        new(AutoInstallKind.Agama, "agama", "profile.json", AnswerLanguage.Json),
        new(AutoInstallKind.Unattend, "unattend", "autounattend.xml", AnswerLanguage.Xml),
        new(AutoInstallKind.Proxmox, "proxmox", "answer.toml", AnswerLanguage.Toml),
    ];

    public static AnswerFormat Of(AutoInstallKind kind) => All.First(format => format.Kind == kind);

    /// <summary>The format of that name, or null.</summary>
    public static AnswerFormat? Find(string word) => All.FirstOrDefault(format => format.Word == word);
}
