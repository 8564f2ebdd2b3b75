using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>
/// READ. The bytes follow the reply straight from the image's file, or, when they are few, go by UDP, or the medium has
/// failed before, are read into it.
/// <code>
/// | status | 1 | fattr3 (84) | count | eof | length | data, zeros to a unit |
/// </code>
/// Source: RFC 1813 §3.3.6.
/// </summary>
internal static class NfsRead
{
    /// <summary>Reads below this are copied: a reply in one piece costs less than a head and a sendfile(2).</summary>
    private const int MinSendFile = 32 * 1024;

    /// <summary>Bytes before the data.</summary>
    private const int HeadLength = sizeof(uint) + NfsAttributes.OptionalLength + (3 * sizeof(uint));

    public static RpcResult Call(NfsExports exports, ReadOnlySpan<byte> arguments, RpcCaller caller, ILogger log, ref XdrWriter results)
    {
        if (!NfsReadArguments.TryParse(arguments, out NfsReadArguments read))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(read.File, out NfsFile file);
        if (status == NfsStatus.Ok && !file.Node.IsFile)
        {
            status = file.Node.IsDirectory ? NfsStatus.IsDirectory : NfsStatus.InvalidArgument;
        }

        if (status != NfsStatus.Ok)
        {
            return NfsProgram.Fail(status, ref results);
        }

        try
        {
            return Read(file, read.Offset, read.Count, caller, ref results);
        }
        catch (IOException failure)
        {
            log.FileUnreadable(caller.Client, file.Export.Image.Id, file.Node.Name, failure.Message);
            return NfsProgram.Fail(NfsStatus.IoError, ref results);
        }
    }

    private static RpcResult Read(in NfsFile file, ulong start, uint wanted, RpcCaller caller, ref XdrWriter results)
    {
        if (caller.File.Acquire(file) is not { } payload)
        {
            return NfsProgram.Fail(NfsStatus.Stale, ref results);
        }

        long offset = (long)Math.Min(start, (ulong)payload.Length);
        int count = (int)Math.Min(Math.Min(wanted, caller.MaxRead), payload.Length - offset);
        if (caller.IsStream && count >= MinSendFile && !file.Export.IsSuspect)
        {
            WriteHead(file, count, offset + count == payload.Length, ref results);
            results.WriteUInt32((uint)count);
            return new RpcResult(RpcAcceptStatus.Success, payload, offset, count);
        }

        count = Math.Min(count, results.Remaining - HeadLength - XdrReader.UnitLength);
        if (payload.Read(offset, results.Ahead(HeadLength, count)) != count)
        {
            throw new EndOfStreamException("the image has been cut short since it was opened");
        }

        WriteHead(file, count, offset + count == payload.Length, ref results);
        results.WriteOpaqueInPlace(count);
        return RpcResult.Success;
    }

    private static void WriteHead(in NfsFile file, int count, bool endOfFile, ref XdrWriter results)
    {
        results.WriteUInt32((uint)NfsStatus.Ok);
        file.Attributes.WriteOptional(ref results);
        results.WriteUInt32((uint)count);
        results.WriteBoolean(endOfFile);
    }
}
