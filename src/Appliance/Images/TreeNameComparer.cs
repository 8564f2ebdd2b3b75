namespace Appliance.Images;

/// <summary>
/// The order of names in a directory: first without regard to the case of ASCII letters, then exactly, then as recorded.
/// One search finds the exact name and, failing that, one that a case-insensitive firmware meant. Only ASCII is folded,
/// which is all that FAT-minded loaders ask for.
/// </summary>
internal static class TreeNameComparer
{
    public static int CompareFolded(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int common = Math.Min(left.Length, right.Length);
        int same = left[..common].CommonPrefixLength(right[..common]);
        for (int i = same; i < common; i++)
        {
            int difference = Fold(left[i]) - Fold(right[i]);
            if (difference != 0)
            {
                return difference;
            }
        }

        return left.Length - right.Length;
    }

    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int folded = CompareFolded(left, right);
        return folded != 0 ? folded : left.SequenceCompareTo(right);
    }

    private static int Fold(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter;
}
