using System.Text;
using Appliance.Formats.Nfs;
using Appliance.Options;

namespace Appliance.Nfs;

/// <summary>
/// The mount protocol, version 3 (RFC 1813 §5). Who has mounted what is not remembered: a PC that is switched off never
/// says so, and nobody needs the list.
/// </summary>
internal sealed class MountProgram(NfsExports exports, ILogger log) : IRpcProgram
{
    public uint Number => MountProtocol.ProgramNumber;

    public uint Version => MountProtocol.ProgramVersion;

    public RpcResult Call(uint procedure, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results)
    {
        switch ((MountProcedure)procedure)
        {
            case MountProcedure.Null or MountProcedure.UmntAll:
                return RpcResult.Success;
            case MountProcedure.Mnt:
                return Mount(arguments, caller, ref results);
            case MountProcedure.Umnt:
                return Unmount(arguments, caller);
            case MountProcedure.Dump:
                results.WriteBoolean(false);
                return RpcResult.Success;
            case MountProcedure.Export:
                WriteExports(ref results);
                return RpcResult.Success;
            default:
                return RpcResult.NoSuchProcedure;
        }
    }

    private RpcResult Mount(ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results)
    {
        if (!MountProtocol.TryParsePath(arguments, out ReadOnlySpan<byte> path))
        {
            return RpcResult.GarbageArguments;
        }

        MountStatus status = exports.TryFindPath(path, out NfsFile directory);
        if (status == MountStatus.Ok)
        {
            log.Mounted(caller.Client, ToLogText(path), caller.IsStream ? "TCP" : "UDP");
            MountProtocol.WriteMounted(ref results, directory.Handle);
        }
        else
        {
            log.MountRefused(caller.Client, ToLogText(path), status);
            results.WriteUInt32((uint)status);
        }

        return RpcResult.Success;
    }

    private RpcResult Unmount(ReadOnlySpan<byte> arguments, RpcCaller caller)
    {
        if (!MountProtocol.TryParsePath(arguments, out ReadOnlySpan<byte> path))
        {
            return RpcResult.GarbageArguments;
        }

        log.Unmounted(caller.Client, ToLogText(path));
        return RpcResult.Success;
    }

    /// <summary>Each export, to whom: everybody (an empty list of groups). As many as fit the reply.</summary>
    private void WriteExports(ref XdrWriter results)
    {
        foreach (string path in exports.Paths)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(path);
            if (sizeof(uint) + XdrWriter.OpaqueLength(bytes.Length) + sizeof(uint) > results.Remaining - sizeof(uint))
            {
                break;
            }

            results.WriteBoolean(true);
            results.WriteOpaque(bytes);
            results.WriteBoolean(false);
        }

        results.WriteBoolean(false);
    }

    private static string ToLogText(ReadOnlySpan<byte> path) => Printable.Text(Encoding.UTF8.GetString(path));
}
