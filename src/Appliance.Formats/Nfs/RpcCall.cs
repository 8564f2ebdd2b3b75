using System.Diagnostics.CodeAnalysis;

namespace Appliance.Formats.Nfs;

/// <summary>How a caller says who it is (RFC 5531 §8.2).</summary>
public enum RpcAuthFlavor : uint
{
    None = 0,

    /// <summary>User and group numbers as the client states them; also called AUTH_UNIX.</summary>
    Sys = 1,
}

/// <summary>
/// A call message. A view of the datagram or record that it was parsed from.
/// <code>
///  0        4         8          12        16       20         24
/// +--------+---------+----------+---------+--------+----------+------------------+------------------+-----------
/// | xid    | CALL=0  | rpcvers  | prog    | vers   | proc     | cred: flavor, <> | verf: flavor, <> | arguments
/// +--------+---------+----------+---------+--------+----------+------------------+------------------+-----------
/// </code>
/// Source: RFC 5531 §9.
/// </summary>
public readonly ref struct RpcCall
{
    /// <summary>The version of the RPC protocol itself.</summary>
    public const uint RpcVersion = 2;

    /// <summary>Longest body of credentials or verifier (RFC 5531 §8.2).</summary>
    public const int MaxAuthLength = 400;

    private const uint CallType = 0;

    /// <summary>Number by which the caller knows the reply.</summary>
    public uint Xid { get; private init; }

    /// <summary>Version of RPC; when it is not <see cref="RpcVersion"/> nothing behind it has been read.</summary>
    public uint Version { get; private init; }

    public uint Program { get; private init; }

    public uint ProgramVersion { get; private init; }

    public uint Procedure { get; private init; }

    /// <summary>Kind of the credentials.</summary>
    public RpcAuthFlavor Flavor { get; private init; }

    /// <summary>The procedure's arguments.</summary>
    public ReadOnlySpan<byte> Arguments { get; private init; }

    /// <summary>Parses a message. False, with the reason, when it is no call or ends early: such gets no answer.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out RpcCall call, [NotNullWhen(false)] out string? reason)
    {
        var reader = new XdrReader(message);
        uint xid = reader.ReadUInt32();
        uint type = reader.ReadUInt32();
        uint version = reader.ReadUInt32();
        call = new RpcCall { Xid = xid, Version = version };
        if (reader.Failed || type != CallType)
        {
            reason = reader.Failed ? "shorter than the head of a call" : "no call";
            return false;
        }

        reason = null;
        if (version != RpcVersion)
        {
            return true;
        }

        uint program = reader.ReadUInt32();
        uint programVersion = reader.ReadUInt32();
        uint procedure = reader.ReadUInt32();
        var flavor = (RpcAuthFlavor)reader.ReadUInt32();
        reader.ReadOpaque(MaxAuthLength);
        reader.ReadUInt32();
        reader.ReadOpaque(MaxAuthLength);
        reason = reader.Failed ? "credentials or verifier do not fit" : null;
        call = new RpcCall
        {
            Xid = xid,
            Version = version,
            Program = program,
            ProgramVersion = programVersion,
            Procedure = procedure,
            Flavor = flavor,
            Arguments = message[reader.Position..],
        };
        return !reader.Failed;
    }
}
