namespace Appliance.Images.Transfers;

/// <summary>What is fetched, and how it is known that it came whole.</summary>
/// <param name="Url">By HTTP or HTTPS.</param>
/// <param name="Sha256">Its sum, 64 hex digits, or null.</param>
/// <param name="Sums">A list of SHA-256 sums that names it (<c>SHA256SUMS</c>), or null.</param>
public sealed record DownloadSource(Uri Url, string? Sha256 = null, Uri? Sums = null);
