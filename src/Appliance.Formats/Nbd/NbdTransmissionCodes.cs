namespace Appliance.Formats.Nbd;

/// <summary>What an export is and can (NBD protocol, "Transmission flags").</summary>
[Flags]
public enum NbdExportFeatures : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,

    /// <summary><see cref="NbdCommandModifiers.DoNotFragment"/> is understood; only with structured replies.</summary>
    SendDoNotFragment = 1 << 7,

    /// <summary>Several connections see the same bytes; clients then share their reads out among some.</summary>
    CanMultiConnection = 1 << 8,
}

/// <summary>NBD protocol, "Request types".</summary>
public enum NbdCommand : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    Cache = 5,
    WriteZeroes = 6,
    BlockStatus = 7,
    Resize = 8,
}

/// <summary>NBD protocol, "Command flags".</summary>
[Flags]
public enum NbdCommandModifiers : ushort
{
    None = 0,

    /// <summary>A read is answered in one piece, or not at all.</summary>
    DoNotFragment = 1 << 2,
}

/// <summary>NBD protocol, "Structured reply types".</summary>
public enum NbdChunkType : ushort
{
    None = 0,
    OffsetData = 1,
    Error = 1 << 15 | 1,
}

/// <summary>NBD protocol, "Error values".</summary>
public enum NbdError : uint
{
    None = 0,
    NotPermitted = 1,
    InputOutput = 5,
    Invalid = 22,
    Overflow = 75,
}
