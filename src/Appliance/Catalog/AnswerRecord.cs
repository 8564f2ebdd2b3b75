using System.Collections.Immutable;

namespace Appliance.Catalog;

/// <summary>Answers by which an installer asks nothing, and who is given them.</summary>
/// <param name="Id">Their name.</param>
/// <param name="Kind">Which installers read them: preseed, kickstart, cloud-init, autoyast, agama, unattend, proxmox.</param>
public sealed record AnswerRecord(string Id, string Kind)
{
    public string Description { get; init; } = "";

    /// <summary>The file as its owner wrote it, with variables. It may hold passwords.</summary>
    public string Content { get; init; } = "";

    /// <summary>Paths of images that every client installs by it that has nothing of its own.</summary>
    public ImmutableArray<string> Images { get; init; } = [];

    /// <summary>Ethernet addresses of clients.</summary>
    public ImmutableArray<string> Clients { get; init; } = [];

    /// <summary>Names of groups of clients.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];
}

/// <summary>Clients that are ruled together.</summary>
/// <param name="Name">The group's name.</param>
public sealed record ClientGroupRecord(string Name)
{
    public string Description { get; init; } = "";

    /// <summary>Ethernet addresses.</summary>
    public ImmutableArray<string> Members { get; init; } = [];

    /// <summary>Paths of the images that they may start besides the public ones.</summary>
    public ImmutableArray<string> Images { get; init; } = [];
}
