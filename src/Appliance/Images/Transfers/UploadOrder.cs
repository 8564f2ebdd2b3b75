namespace Appliance.Images.Transfers;

/// <summary>How far an upload has come.</summary>
/// <param name="Path">Path that the file will have in the folder of images.</param>
/// <param name="Offset">Bytes that are there.</param>
/// <param name="Size">Bytes that it will have; null when nobody has said.</param>
/// <param name="IsRunning">Whether bytes come at this moment.</param>
/// <param name="IsComplete">Whether it is in the library.</param>
public sealed record UploadState(string Path, long Offset, long? Size, bool IsRunning, bool IsComplete);

/// <summary>What is asked for with the bytes of an upload.</summary>
/// <param name="Path">As <see cref="ImageFileName"/> makes it.</param>
public sealed record UploadOrder(string Path)
{
    /// <summary>Where the bytes go; 0 begins anew.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes of the whole file; null: as many as come.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes for which there has to be room where <see cref="Size"/> is not known.</summary>
    public long Announced { get; init; }

    /// <summary>Its sum, in hex digits of any case, or null.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether it may take the place of a file of that name.</summary>
    public bool Replace { get; init; }
}
