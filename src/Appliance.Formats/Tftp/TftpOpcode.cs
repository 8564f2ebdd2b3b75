namespace Appliance.Formats.Tftp;

/// <summary>First two bytes of every TFTP packet (RFC 1350 §5, RFC 2347).</summary>
public enum TftpOpcode : ushort
{
    ReadRequest = 1,
    WriteRequest = 2,
    Data = 3,
    Ack = 4,
    Error = 5,
    OptionAck = 6,
}

/// <summary>Why a transfer is refused or ended (RFC 1350 appendix, RFC 2347).</summary>
public enum TftpErrorCode : ushort
{
    NotDefined = 0,
    FileNotFound = 1,
    AccessViolation = 2,
    DiskFull = 3,
    IllegalOperation = 4,
    UnknownTransferId = 5,
    FileAlreadyExists = 6,
    NoSuchUser = 7,
    OptionNegotiation = 8,
}

/// <summary>How the bytes of the file are carried (RFC 1350 §1).</summary>
public enum TftpMode
{
    /// <summary>A mode that no standard defines.</summary>
    Unknown,

    /// <summary>The bytes as they are.</summary>
    Octet,

    /// <summary>Lines end in CR LF, a lone CR is CR NUL (RFC 764).</summary>
    Netascii,

    /// <summary>To a user's mailbox; obsolete since RFC 1350.</summary>
    Mail,
}
