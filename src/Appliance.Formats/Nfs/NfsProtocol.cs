namespace Appliance.Formats.Nfs;

/// <summary>Constants of NFS version 3.</summary>
public static class NfsProtocol
{
    public const uint ProgramNumber = 100003;
    public const uint ProgramVersion = 3;

    /// <summary>Longest handle, in bytes (RFC 1813 §2.4, NFS3_FHSIZE).</summary>
    public const int MaxHandleLength = 64;

    /// <summary>Bytes of a directory's verifier and of a write verifier (RFC 1813 §2.4).</summary>
    public const int VerifierLength = 8;

    /// <summary>Longest name of a file that we look for, in bytes: what Linux, and Rock Ridge in practice, know.</summary>
    public const int MaxNameLength = 255;
}

/// <summary>Procedures of NFS version 3 (RFC 1813 §3.3).</summary>
public enum NfsProcedure : uint
{
    Null = 0,
    GetAttr = 1,
    SetAttr = 2,
    Lookup = 3,
    Access = 4,
    ReadLink = 5,
    Read = 6,
    Write = 7,
    Create = 8,
    MkDir = 9,
    SymLink = 10,
    MkNod = 11,
    Remove = 12,
    RmDir = 13,
    Rename = 14,
    Link = 15,
    ReadDir = 16,
    ReadDirPlus = 17,
    FsStat = 18,
    FsInfo = 19,
    PathConf = 20,
    Commit = 21,
}

/// <summary>How a procedure ended (RFC 1813 §2.6, nfsstat3).</summary>
public enum NfsStatus : uint
{
    Ok = 0,
    NoEntry = 2,
    IoError = 5,
    NotDirectory = 20,
    IsDirectory = 21,
    InvalidArgument = 22,
    ReadOnlyFileSystem = 30,
    NameTooLong = 63,

    /// <summary>The handle was valid once: its image has been changed or removed since.</summary>
    Stale = 70,

    /// <summary>The handle is none of ours.</summary>
    BadHandle = 10001,
    BadCookie = 10003,

    /// <summary>Not even one directory entry fits the reply that the client wants.</summary>
    TooSmall = 10005,
}

/// <summary>What a file is (RFC 1813 §2.6, ftype3).</summary>
public enum NfsFileType : uint
{
    Regular = 1,
    Directory = 2,
    SymbolicLink = 5,
}

/// <summary>What a client may do (RFC 1813 §3.3.4, ACCESS3).</summary>
[Flags]
public enum NfsAccess : uint
{
    None = 0,
    Read = 0x01,
    Lookup = 0x02,
    Modify = 0x04,
    Extend = 0x08,
    Delete = 0x10,
    Execute = 0x20,
}
