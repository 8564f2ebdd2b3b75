using Appliance.Formats.Nfs;

namespace Appliance.Nfs;

/// <summary>What is asked about a file system as a whole: FSSTAT, FSINFO, PATHCONF, COMMIT (RFC 1813 §3.3.18 to §3.3.21).</summary>
internal static class NfsFileSystem
{
    /// <summary>Reads and writes are best in multiples of this, in bytes: a sector of a disk.</summary>
    private const uint Multiple = 512;

    /// <summary>Longest write that is told to clients, though none succeeds: shorter than the longest call that is taken.</summary>
    private const uint MaxWrite = 32 * 1024;

    /// <summary>FSF3_SYMLINK and FSF3_HOMOGENEOUS: there are links, and PATHCONF is the same everywhere.</summary>
    private const uint Properties = 0x02 | 0x08;

    public static RpcResult FsStat(NfsExports exports, ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!TryBegin(exports, arguments, ref results, out NfsFile file, out RpcResult failure))
        {
            return failure;
        }

        results.WriteUInt64((ulong)file.Export.Image.Length);
        results.WriteUInt64(0);
        results.WriteUInt64(0);
        results.WriteUInt64((ulong)file.Export.Tree.Count);
        results.WriteUInt64(0);
        results.WriteUInt64(0);
        results.WriteUInt32(uint.MaxValue);
        return RpcResult.Success;
    }

    public static RpcResult FsInfo(NfsExports exports, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results)
    {
        if (!TryBegin(exports, arguments, ref results, out _, out RpcResult failure))
        {
            return failure;
        }

        results.WriteUInt32((uint)caller.MaxRead);
        results.WriteUInt32((uint)caller.MaxRead);
        results.WriteUInt32(Multiple);
        results.WriteUInt32(MaxWrite);
        results.WriteUInt32(MaxWrite);
        results.WriteUInt32(Multiple);
        results.WriteUInt32((uint)caller.MaxReadDir);
        results.WriteUInt64(long.MaxValue);
        results.WriteUInt32(1);
        results.WriteUInt32(0);
        results.WriteUInt32(Properties);
        return RpcResult.Success;
    }

    public static RpcResult PathConf(NfsExports exports, ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!TryBegin(exports, arguments, ref results, out _, out RpcResult failure))
        {
            return failure;
        }

        const uint MaxLinks = 1;
        results.WriteUInt32(MaxLinks);
        results.WriteUInt32(NfsProtocol.MaxNameLength);
        results.WriteBoolean(true);  // no_trunc: a name that is too long is an error
        results.WriteBoolean(true);  // chown_restricted
        results.WriteBoolean(false); // case_insensitive
        results.WriteBoolean(true);  // case_preserving
        return RpcResult.Success;
    }

    /// <summary>Nothing has been written, so that all of it is on the disk.</summary>
    public static RpcResult Commit(NfsExports exports, ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(handle, out _);
        results.WriteUInt32((uint)status);
        results.WriteBoolean(false);
        results.WriteBoolean(false);
        if (status == NfsStatus.Ok)
        {
            results.WriteUInt64(0);
        }

        return RpcResult.Success;
    }

    /// <summary>Begins the results with status and attributes; false when they end with that.</summary>
    private static bool TryBegin(
        NfsExports exports, ReadOnlySpan<byte> arguments, ref XdrWriter results, out NfsFile file, out RpcResult failure)
    {
        file = default;
        failure = RpcResult.GarbageArguments;
        if (!NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle))
        {
            return false;
        }

        NfsStatus status = exports.TryFind(handle, out file);
        if (status != NfsStatus.Ok)
        {
            failure = NfsProgram.Fail(status, ref results);
            return false;
        }

        results.WriteUInt32((uint)NfsStatus.Ok);
        file.Attributes.WriteOptional(ref results);
        return true;
    }
}
