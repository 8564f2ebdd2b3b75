using System.Net;
using Appliance.Formats.Nfs;

namespace Appliance.Nfs;

/// <summary>Takes a message, lets the program that it is for answer it, and writes the reply; counts what is no call.</summary>
internal sealed class RpcDispatcher(IRpcProgram[] programs, ILogger log)
{
    private long _dropped;

    /// <summary>Messages and connections that were no calls, since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Answers a message.</summary>
    /// <param name="message">A datagram or record.</param>
    /// <param name="caller">Where it comes from.</param>
    /// <param name="reply">Room for <see cref="RpcCaller.ReplyLength"/> bytes.</param>
    public RpcAnswer Answer(ReadOnlySpan<byte> message, RpcCaller caller, Span<byte> reply)
    {
        if (!RpcCall.TryParse(message, out RpcCall call, out string? reason))
        {
            Drop(caller.Client, reason);
            return default;
        }

        if (call.Version == RpcCall.RpcVersion && call.Flavor is RpcAuthFlavor.None or RpcAuthFlavor.Sys)
        {
            return AnswerAccepted(call, caller, reply);
        }

        var denial = new XdrWriter(reply);
        if (call.Version != RpcCall.RpcVersion)
        {
            RpcReply.WriteRpcMismatch(ref denial, call.Xid);
        }
        else
        {
            RpcReply.WriteAuthError(ref denial, call.Xid);
        }

        return new RpcAnswer(denial.Length);
    }

    public void Drop(IPEndPoint client, string reason)
    {
        Interlocked.Increment(ref _dropped);
        log.Dropped(client, reason);
    }

    private RpcAnswer AnswerAccepted(in RpcCall call, RpcCaller caller, Span<byte> reply)
    {
        var writer = new XdrWriter(reply);
        IRpcProgram? program = Find(call.Program);
        if (program is null)
        {
            RpcReply.WriteAccepted(ref writer, call.Xid, RpcAcceptStatus.ProgramUnavailable);
            return new RpcAnswer(writer.Length);
        }

        if (call.ProgramVersion != program.Version)
        {
            RpcReply.WriteProgramMismatch(ref writer, call.Xid, program.Version, program.Version);
            return new RpcAnswer(writer.Length);
        }

        RpcReply.WriteAccepted(ref writer, call.Xid, RpcAcceptStatus.Success);
        RpcResult result = program.Call(call.Procedure, call.Arguments, caller, ref writer);
        if (result.Status == RpcAcceptStatus.Success)
        {
            return new RpcAnswer(writer.Length, result.Payload, result.Offset, result.Count);
        }

        var failure = new XdrWriter(reply);
        RpcReply.WriteAccepted(ref failure, call.Xid, result.Status);
        return new RpcAnswer(failure.Length);
    }

    private IRpcProgram? Find(uint number)
    {
        foreach (IRpcProgram program in programs)
        {
            if (program.Number == number)
            {
                return program;
            }
        }

        return null;
    }
}
