using Appliance.Formats.Nfs;

namespace Appliance.Nfs;

/// <summary>
/// The port mapper, version 2 (RFC 1833 §3): tells where NFS and mount are, for clients that ask (klibc's nfsmount, Linux
/// without <c>port=</c> and <c>mountport=</c>). Takes no registrations and passes no calls on.
/// </summary>
/// <param name="portmapPort">Its own port.</param>
/// <param name="nfsPort">Port of NFS and mount.</param>
internal sealed class PortmapProgram(int portmapPort, int nfsPort) : IRpcProgram
{
    private readonly PortmapMapping[] _mappings =
    [
        .. Both(PortmapMapping.ProgramNumber, PortmapMapping.ProgramVersion, portmapPort),
        .. Both(NfsProtocol.ProgramNumber, NfsProtocol.ProgramVersion, nfsPort),
        .. Both(MountProtocol.ProgramNumber, MountProtocol.ProgramVersion, nfsPort),
    ];

    public uint Number => PortmapMapping.ProgramNumber;

    public uint Version => PortmapMapping.ProgramVersion;

    public RpcResult Call(uint procedure, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results)
    {
        switch ((PortmapProcedure)procedure)
        {
            case PortmapProcedure.Null:
                return RpcResult.Success;
            case PortmapProcedure.GetPort:
                return GetPort(arguments, ref results);
            case PortmapProcedure.Dump:
                Dump(ref results);
                return RpcResult.Success;
            case PortmapProcedure.Set or PortmapProcedure.Unset:
                results.WriteBoolean(false);
                return RpcResult.Success;
            default:
                return RpcResult.NoSuchProcedure;
        }
    }

    /// <summary>The port, or 0 when the program is not here in that version (RFC 1833 §3.2).</summary>
    private RpcResult GetPort(ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!PortmapMapping.TryParse(arguments, out PortmapMapping wanted))
        {
            return RpcResult.GarbageArguments;
        }

        PortmapMapping found = _mappings.FirstOrDefault(
            mapping => mapping.Program == wanted.Program && mapping.Version == wanted.Version && mapping.Protocol == wanted.Protocol);
        results.WriteUInt32(found.Port);
        return RpcResult.Success;
    }

    private void Dump(ref XdrWriter results)
    {
        foreach (PortmapMapping mapping in _mappings)
        {
            results.WriteBoolean(true);
            mapping.Write(ref results);
        }

        results.WriteBoolean(false);
    }

    private static IEnumerable<PortmapMapping> Both(uint program, uint version, int port) =>
        [new(program, version, PortmapMapping.Tcp, (uint)port), new(program, version, PortmapMapping.Udp, (uint)port)];
}
