namespace Appliance.Http;

/// <summary>The header values that choose what of a file is sent (RFC 9110 §13.1, §14.2); empty when absent.</summary>
internal ref struct HttpConditions
{
    public ReadOnlySpan<byte> Range;
    public ReadOnlySpan<byte> IfRange;
    public ReadOnlySpan<byte> IfMatch;
    public ReadOnlySpan<byte> IfNoneMatch;
    public ReadOnlySpan<byte> IfModifiedSince;
    public ReadOnlySpan<byte> IfUnmodifiedSince;
}
