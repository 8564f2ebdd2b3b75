namespace Appliance.Formats.Nbd;

/// <summary>What a client asks for while it haggles (NBD protocol, "Option types").</summary>
public enum NbdOptionCode : uint
{
    /// <summary>Takes an export; has no way to say that there is none but to hang up.</summary>
    ExportName = 1,
    Abort = 2,
    List = 3,
    StartTls = 5,

    /// <summary>What <see cref="Go"/> would answer, without starting.</summary>
    Info = 6,
    Go = 7,
    StructuredReply = 8,
}

/// <summary>What the server answers to an option (NBD protocol, "Option reply types"). Errors have the highest bit set.</summary>
public enum NbdReplyType : uint
{
    Ack = 1,
    Server = 2,
    Info = 3,
    ErrorUnsupported = 1u << 31 | 1,
    ErrorPolicy = 1u << 31 | 2,
    ErrorInvalid = 1u << 31 | 3,
    ErrorUnknown = 1u << 31 | 6,
    ErrorTooBig = 1u << 31 | 9,
}

/// <summary>What an <see cref="NbdReplyType.Info"/> tells (NBD protocol, "NBD_REP_INFO").</summary>
public enum NbdInfoType : ushort
{
    Export = 0,
    BlockSize = 3,
}

/// <summary>
/// Flags of the server's greeting and of the client's answer; the same bits in both (NBD protocol, "Handshake flags",
/// "Client flags").
/// </summary>
[Flags]
public enum NbdHandshakeFeatures : uint
{
    None = 0,

    /// <summary>Unknown options are answered, not hung up on.</summary>
    FixedNewstyle = 1,

    /// <summary>The 124 zero bytes after <see cref="NbdOptionCode.ExportName"/>'s answer are left out.</summary>
    NoZeroes = 2,
}
