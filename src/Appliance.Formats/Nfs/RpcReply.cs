namespace Appliance.Formats.Nfs;

/// <summary>What became of a call that was accepted (RFC 5531 §9, accept_stat).</summary>
public enum RpcAcceptStatus : uint
{
    Success = 0,
    ProgramUnavailable = 1,
    ProgramMismatch = 2,
    ProcedureUnavailable = 3,
    GarbageArguments = 4,
    SystemError = 5,
}

/// <summary>
/// Writes the heads of reply messages; the results follow after <see cref="RpcAcceptStatus.Success"/>.
/// <code>
///  0        4          8                12                 20
/// +--------+----------+----------------+------------------+-------------+---------
/// | xid    | REPLY=1  | MSG_ACCEPTED=0 | verf: NONE, &lt;0> | accept_stat | results
/// +--------+----------+----------------+------------------+-------------+---------
/// | xid    | REPLY=1  | MSG_DENIED=1   | reject_stat, ...
/// +--------+----------+----------------+------------------
/// </code>
/// Source: RFC 5531 §9.
/// </summary>
public static class RpcReply
{
    /// <summary>Bytes before the results.</summary>
    public const int HeadLength = 24;

    private const uint ReplyType = 1;
    private const uint Accepted = 0;
    private const uint Denied = 1;
    private const uint RpcMismatch = 0;
    private const uint AuthError = 1;
    private const uint AuthTooWeak = 5;

    /// <summary>An accepted call; its results follow, if any.</summary>
    public static void WriteAccepted(ref XdrWriter writer, uint xid, RpcAcceptStatus status)
    {
        writer.WriteUInt32(xid);
        writer.WriteUInt32(ReplyType);
        writer.WriteUInt32(Accepted);
        writer.WriteUInt32((uint)RpcAuthFlavor.None);
        writer.WriteUInt32(0);
        writer.WriteUInt32((uint)status);
    }

    /// <summary>The program is there, but not in that version.</summary>
    public static void WriteProgramMismatch(ref XdrWriter writer, uint xid, uint lowest, uint highest)
    {
        WriteAccepted(ref writer, xid, RpcAcceptStatus.ProgramMismatch);
        writer.WriteUInt32(lowest);
        writer.WriteUInt32(highest);
    }

    /// <summary>Another version of RPC than <see cref="RpcCall.RpcVersion"/>.</summary>
    public static void WriteRpcMismatch(ref XdrWriter writer, uint xid)
    {
        WriteDenied(ref writer, xid, RpcMismatch);
        writer.WriteUInt32(RpcCall.RpcVersion);
        writer.WriteUInt32(RpcCall.RpcVersion);
    }

    /// <summary>Credentials of a kind that is not served here (AUTH_TOOWEAK: "rejected for security reasons").</summary>
    public static void WriteAuthError(ref XdrWriter writer, uint xid)
    {
        WriteDenied(ref writer, xid, AuthError);
        writer.WriteUInt32(AuthTooWeak);
    }

    private static void WriteDenied(ref XdrWriter writer, uint xid, uint reason)
    {
        writer.WriteUInt32(xid);
        writer.WriteUInt32(ReplyType);
        writer.WriteUInt32(Denied);
        writer.WriteUInt32(reason);
    }
}
