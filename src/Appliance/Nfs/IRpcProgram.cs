using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>A program that can be called: NFS, mount, port mapper.</summary>
internal interface IRpcProgram
{
    uint Number { get; }

    /// <summary>The one version of it that is served.</summary>
    uint Version { get; }

    /// <summary>Calls a procedure. Results other than of success are not sent.</summary>
    RpcResult Call(uint procedure, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results);
}

/// <summary>What a procedure came to: its results, and bytes of a file that follow them on the wire.</summary>
/// <param name="Payload">The file, or null. It belongs to the caller's <see cref="RecentFile"/>.</param>
/// <param name="Offset">First of its bytes.</param>
/// <param name="Count">How many, without the zeros that fill the last unit up.</param>
internal readonly record struct RpcResult(RpcAcceptStatus Status, Payload? Payload = null, long Offset = 0, int Count = 0)
{
    public static readonly RpcResult Success = new(RpcAcceptStatus.Success);
    public static readonly RpcResult GarbageArguments = new(RpcAcceptStatus.GarbageArguments);
    public static readonly RpcResult NoSuchProcedure = new(RpcAcceptStatus.ProcedureUnavailable);
}

/// <summary>What is to be sent for a message: nothing, or a reply of that length, and behind it bytes of a file.</summary>
internal readonly record struct RpcAnswer(int Length, Payload? Payload = null, long Offset = 0, int Count = 0);
