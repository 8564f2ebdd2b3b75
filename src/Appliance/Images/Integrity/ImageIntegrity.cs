namespace Appliance.Images.Integrity;

/// <summary>What is known of an image's bytes.</summary>
public enum IntegrityState
{
    /// <summary>It has not been read through yet.</summary>
    Unknown,

    /// <summary>It can be read from end to end; nothing beside it says what its sum should be.</summary>
    Readable,

    /// <summary>Its sum is the one in a list beside it.</summary>
    Verified,

    /// <summary>Its sum is another than the list's, or than it was before.</summary>
    Damaged,

    /// <summary>Part of it cannot be read.</summary>
    Unreadable,
}

/// <summary>Whether an image is what it should be.</summary>
/// <param name="State">The verdict.</param>
/// <param name="Sha256">Its sum, 64 hex digits in lower case; null when it was not read to its end.</param>
/// <param name="Detail">The verdict in words for its owner; may hold names of files as they are.</param>
public sealed record ImageIntegrity(IntegrityState State, string? Sha256, string Detail)
{
    public static readonly ImageIntegrity Unknown = new(IntegrityState.Unknown, null, "not checked yet");

    /// <summary>What is wrong with it, in words for its owner, or null. It can be booted all the same: it may do.</summary>
    public string? Problem => State is IntegrityState.Damaged or IntegrityState.Unreadable ? Detail : null;
}
