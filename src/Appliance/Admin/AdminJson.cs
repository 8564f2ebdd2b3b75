using System.Text.Json.Serialization;

namespace Appliance.Admin;

// What goes over the wire, in the founding documents' names: snake_case, made by the serializer's policy.

internal sealed record LoginOrder(string? Username, string? Password);

internal sealed record LoginView(string Token, string Username, string Role, bool IsAdmin);

internal sealed record SessionView(string Username, string Role, bool IsAdmin);

/// <param name="Session">Who is signed in already, or null.</param>
internal sealed record SignInView(string[] Backends, bool Claimable, SessionView? Session);

internal sealed record ClaimOrder(string? Password);

/// <param name="Password">The password that the box made, or null when somebody has chosen another.</param>
internal sealed record FirstPasswordView(string Username, string? Password);

internal sealed record PasswordOrder(string? OldPassword, string? NewPassword);

internal sealed record UserOrder(string? Username, string? Password, string? Role, bool? Enabled);

internal sealed record UserView(string Username, string Role, bool IsAdmin, bool Enabled);

internal sealed record AuditView(long Id, string At, string Username, string Address, string Action, string Target);

internal sealed record FileOrder(string? Filename);

internal sealed record BootMethodOrder(string? Filename, string? BootMethod);

internal sealed record CaptureView(string MacAddress, bool Running, int Frames, long Dropped);

internal sealed record CatalogueOrder(string? Id);

internal sealed record CatalogueView(string Id, string Name, string Group, string Sums, string File);

internal sealed record DownloadOrder(string? Url, string? Filename, string? Description, bool? Public, string? Sha256, string? Sha256sums);

internal sealed record ImageOrder
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public bool? Enabled { get; init; }

    public bool? Public { get; init; }

    public string? Group { get; init; }

    public int? Order { get; init; }

    public string? BootMethod { get; init; }

    public string? BootParams { get; init; }
}

/// <param name="Given">What its kernel is given besides the image's own RAM disk, by the name that it has there.</param>
internal sealed record WayView(string Title, string[] Firmware, int MemoryMib, long Bytes, string[] Given);

internal sealed record InjectedView(string Path, long Size, bool Executable);

internal sealed record ImageView
{
    public required string Id { get; init; }

    public required string Filename { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required long Size { get; init; }

    public required bool Enabled { get; init; }

    public required bool Public { get; init; }

    public required string Group { get; init; }

    public required int Order { get; init; }

    public required string BootMethod { get; init; }

    public required string BootParams { get; init; }

    /// <summary>What it was taken for, in words.</summary>
    public required string Kind { get; init; }

    /// <summary>Id of its profile, or null.</summary>
    public required string? Distro { get; init; }

    public required string? Release { get; init; }

    public required bool Extracted { get; init; }

    /// <summary>The kind of answers by which it is installed without questions, or null.</summary>
    public required string? Autoinstall { get; init; }

    /// <summary>The owner's files that go into its RAM file system.</summary>
    public required InjectedView[] Injected { get; init; }

    /// <summary>Why it cannot be used, or null.</summary>
    public required string? Problem { get; init; }

    public required string Integrity { get; init; }

    public required string? Sha256 { get; init; }

    public required string? Source { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required WayView[] Ways { get; init; }

    public required string? Note { get; init; }

    public required bool NetbootRequired { get; init; }

    public required bool NetbootAvailable { get; init; }

    public required string? NetbootUrl { get; init; }

    public required long BootsBegun { get; init; }

    public required long BootsFinished { get; init; }
}

internal sealed record ScanView(string[] New, string[] Deleted, string[] Pending);

internal sealed record UploadView(string Filename, long Offset, long? Size, bool Running, bool Complete);

internal sealed record DownloadView(
    string Url, string Filename, long? TotalBytes, long DownloadedBytes, double? Percentage, string Speed, string Status, string? Error);

internal sealed record ExtractionView(string Filename, string Status, string Stage, double Percent, string? Error);

internal sealed record GroupOrder(string? Name, int? Order, bool? Enabled);

internal sealed record GroupView(string Path, string Name, int Order, bool Enabled, int Images);

internal sealed record ClientOrder
{
    public string? MacAddress { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public bool? Enabled { get; init; }

    public bool? ShowPublicImages { get; init; }

    public string[]? AllowedImages { get; init; }

    public string? DefaultImage { get; init; }
}

internal sealed record AssignOrder(string? MacAddress, string[]? ImageFilenames);

internal sealed record ClientView(
    string MacAddress, string Name, string Description, bool Enabled, bool ShowPublicImages, string[] AllowedImages, bool Discovered,
    string? Address, string? Firmware, string? NextBootImage, string? DefaultImage, string? LearnedLoader, TriedWayView[] LearnedWays);

/// <param name="Way">Name of the way of starting, unique in the image.</param>
internal sealed record TriedWayView(string Image, string Way, bool Worked);

/// <param name="Unattended">Whether it installs without questions, by the answers that the client has for the image.</param>
internal sealed record NextBootOrder(string? MacAddress, string? ImageFilename, bool? Once, bool? Unattended);

internal sealed record AnswerOrder(string? Kind, string? Content, string? Description);

internal sealed record AssignAnswerOrder(string? Id, string? ImageFilename, string? MacAddress, string? ClientGroup, bool? Assigned);

/// <param name="File">Name of the file as clients fetch it.</param>
/// <param name="Content">Null but where it was asked for.</param>
internal sealed record AnswerView(
    string Id, string Kind, string? File, string Description, int Length, string? Content, string[] Images, string[] Clients, string[] ClientGroups);

internal sealed record ClientGroupOrder(string? Description, string?[]? Members, string?[]? AllowedImages);

internal sealed record ClientGroupView(string Name, string Description, string[] Members, string[] AllowedImages);

/// <param name="Own">Whether the owner has brought it.</param>
internal sealed record LoaderView(string Filename, bool Own);

internal sealed record MenuOrder(string? Title, int? MenuTimeout, string? DefaultMenuItem);

internal sealed record MenuView(string Title, int MenuTimeout, string DefaultMenuItem);

internal sealed record StepView(double At, double Until, string Step, string What, long Bytes, long Length, int Times);

internal sealed record BootView(
    string MacAddress, string? Address, string Firmware, DateTimeOffset Began, int Attempt, string State, string Text, string? Remedy,
    long Bytes, StepView[] Steps);

internal sealed record StorageView(string Folder, long Free, long Total);

internal sealed record StatsView(int TotalClients, int ActiveClients, int TotalImages, int EnabledImages, int TotalBoots);

/// <param name="DhcpMode">As configured.</param>
/// <param name="Dhcp">What the DHCP server does now, in words.</param>
internal sealed record ServerView(
    string Version, string Address, string BootUrl, string DhcpMode, string Dhcp, double UptimeSeconds, StorageView Storage, int PendingImages);

internal sealed record LogView(long Id, DateTimeOffset At, string Level, string Category, string Text);

/// <summary>Every type that is read or written as JSON; nothing of it uses reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoginOrder))]
[JsonSerializable(typeof(LoginView))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(SignInView))]
[JsonSerializable(typeof(ClaimOrder))]
[JsonSerializable(typeof(FirstPasswordView))]
[JsonSerializable(typeof(PasswordOrder))]
[JsonSerializable(typeof(UserOrder))]
[JsonSerializable(typeof(UserView[]))]
[JsonSerializable(typeof(AuditView[]))]
[JsonSerializable(typeof(FileOrder))]
[JsonSerializable(typeof(BootMethodOrder))]
[JsonSerializable(typeof(CaptureView))]
[JsonSerializable(typeof(CatalogueOrder))]
[JsonSerializable(typeof(CatalogueView[]))]
[JsonSerializable(typeof(DownloadOrder))]
[JsonSerializable(typeof(ImageOrder))]
[JsonSerializable(typeof(ImageView[]))]
[JsonSerializable(typeof(ScanView))]
[JsonSerializable(typeof(UploadView[]))]
[JsonSerializable(typeof(DownloadView[]))]
[JsonSerializable(typeof(ExtractionView[]))]
[JsonSerializable(typeof(GroupOrder))]
[JsonSerializable(typeof(GroupView[]))]
[JsonSerializable(typeof(ClientOrder))]
[JsonSerializable(typeof(AssignOrder))]
[JsonSerializable(typeof(NextBootOrder))]
[JsonSerializable(typeof(AnswerOrder))]
[JsonSerializable(typeof(AssignAnswerOrder))]
[JsonSerializable(typeof(AnswerView[]))]
[JsonSerializable(typeof(ClientGroupOrder))]
[JsonSerializable(typeof(ClientGroupView[]))]
[JsonSerializable(typeof(ClientView[]))]
[JsonSerializable(typeof(LoaderView[]))]
[JsonSerializable(typeof(MenuOrder))]
[JsonSerializable(typeof(MenuView))]
[JsonSerializable(typeof(BootView[]))]
[JsonSerializable(typeof(StatsView))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(LogView[]))]
[JsonSerializable(typeof(LogView))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class AdminJson : JsonSerializerContext;
