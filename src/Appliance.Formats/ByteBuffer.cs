namespace Appliance.Formats;

/// <summary>Bytes gathered piece by piece, up to a limit.</summary>
internal sealed class ByteBuffer(int limit)
{
    private readonly byte[] _bytes = new byte[limit];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _bytes.Length - _length)
        {
            return false;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        return true;
    }
}
