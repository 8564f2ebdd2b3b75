namespace Appliance.Formats;

/// <summary>What a name in an image may not say is made harmless here, once.</summary>
internal static class RecordedName
{
    /// <summary>A slash or a zero byte becomes <c>_</c>; false for what is no name: nothing, <c>.</c> or <c>..</c>.</summary>
    public static bool TryMakeUsable(Span<byte> name)
    {
        name.Replace((byte)'/', (byte)'_');
        name.Replace((byte)0, (byte)'_');
        return name.Length > 0 && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);
    }
}
