namespace Appliance.Formats.Nfs;

/// <summary>Arguments that begin with a handle, and those that are only one.</summary>
public static class NfsArguments
{
    /// <summary>Parses a handle as bytes; whether it is one of ours is another question.</summary>
    public static bool TryParseHandle(ReadOnlySpan<byte> arguments, out ReadOnlySpan<byte> handle)
    {
        var reader = new XdrReader(arguments);
        handle = reader.ReadOpaque(NfsProtocol.MaxHandleLength);
        return !reader.Failed;
    }
}

/// <summary>Handle of a directory, and a name in it (RFC 1813 §3.3.3).</summary>
public readonly ref struct NfsLookupArguments
{
    /// <summary>Longest name that is read at all; longer ones than <see cref="NfsProtocol.MaxNameLength"/> get an answer of their own.</summary>
    private const int MaxNameRead = 4096;

    public ReadOnlySpan<byte> Directory { get; private init; }

    /// <summary>The name, in UTF-8 as far as the client cares.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> arguments, out NfsLookupArguments lookup)
    {
        var reader = new XdrReader(arguments);
        lookup = new NfsLookupArguments
        {
            Directory = reader.ReadOpaque(NfsProtocol.MaxHandleLength),
            Name = reader.ReadOpaque(MaxNameRead),
        };
        return !reader.Failed;
    }
}

/// <summary>Handle of a file, and the rights that are asked about (RFC 1813 §3.3.4).</summary>
public readonly ref struct NfsAccessArguments
{
    public ReadOnlySpan<byte> File { get; private init; }

    public NfsAccess Access { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> arguments, out NfsAccessArguments access)
    {
        var reader = new XdrReader(arguments);
        access = new NfsAccessArguments
        {
            File = reader.ReadOpaque(NfsProtocol.MaxHandleLength),
            Access = (NfsAccess)reader.ReadUInt32(),
        };
        return !reader.Failed;
    }
}

/// <summary>Handle of a file, and a range of it (RFC 1813 §3.3.6).</summary>
public readonly ref struct NfsReadArguments
{
    public ReadOnlySpan<byte> File { get; private init; }

    /// <summary>First byte.</summary>
    public ulong Offset { get; private init; }

    /// <summary>Bytes.</summary>
    public uint Count { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> arguments, out NfsReadArguments read)
    {
        var reader = new XdrReader(arguments);
        read = new NfsReadArguments
        {
            File = reader.ReadOpaque(NfsProtocol.MaxHandleLength),
            Offset = reader.ReadUInt64(),
            Count = reader.ReadUInt32(),
        };
        return !reader.Failed;
    }
}

/// <summary>Handle of a directory, where to go on in it, and how long the reply may be (RFC 1813 §3.3.16, §3.3.17).</summary>
public readonly ref struct NfsReadDirArguments
{
    public ReadOnlySpan<byte> Directory { get; private init; }

    /// <summary>Cookie of the last entry that the client has; 0 at the start.</summary>
    public ulong Cookie { get; private init; }

    /// <summary>The verifier that came with that cookie.</summary>
    public ulong Verifier { get; private init; }

    /// <summary>Bytes of names, numbers and cookies that are wanted; READDIRPLUS only, else no limit.</summary>
    public uint DirectoryCount { get; private init; }

    /// <summary>Bytes that the results may have.</summary>
    public uint MaxCount { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> arguments, bool plus, out NfsReadDirArguments readDir)
    {
        var reader = new XdrReader(arguments);
        readDir = new NfsReadDirArguments
        {
            Directory = reader.ReadOpaque(NfsProtocol.MaxHandleLength),
            Cookie = reader.ReadUInt64(),
            Verifier = reader.ReadUInt64(),
            DirectoryCount = plus ? reader.ReadUInt32() : uint.MaxValue,
            MaxCount = reader.ReadUInt32(),
        };
        return !reader.Failed;
    }
}
