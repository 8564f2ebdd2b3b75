using System.Text;
using Appliance.Formats.Nfs;
using Appliance.Images;

namespace Appliance.Nfs;

/// <summary>NFS version 3, read-only (RFC 1813 §3.3). One function per procedure; each call stands for itself.</summary>
internal sealed class NfsProgram(NfsExports exports, ILogger log) : IRpcProgram
{
    public uint Number => NfsProtocol.ProgramNumber;

    public uint Version => NfsProtocol.ProgramVersion;

    public RpcResult Call(uint procedure, ReadOnlySpan<byte> arguments, RpcCaller caller, ref XdrWriter results) =>
        (NfsProcedure)procedure switch
        {
            NfsProcedure.Null => RpcResult.Success,
            NfsProcedure.GetAttr => GetAttr(arguments, ref results),
            NfsProcedure.Lookup => Lookup(arguments, ref results),
            NfsProcedure.Access => Access(arguments, ref results),
            NfsProcedure.ReadLink => ReadLink(arguments, ref results),
            NfsProcedure.Read => NfsRead.Call(exports, arguments, caller, log, ref results),
            NfsProcedure.ReadDir => NfsReadDir.Call(exports, arguments, plus: false, caller, ref results),
            NfsProcedure.ReadDirPlus => NfsReadDir.Call(exports, arguments, plus: true, caller, ref results),
            NfsProcedure.FsStat => NfsFileSystem.FsStat(exports, arguments, ref results),
            NfsProcedure.FsInfo => NfsFileSystem.FsInfo(exports, arguments, caller, ref results),
            NfsProcedure.PathConf => NfsFileSystem.PathConf(exports, arguments, ref results),
            NfsProcedure.Commit => NfsFileSystem.Commit(exports, arguments, ref results),
            NfsProcedure.SetAttr or NfsProcedure.Write or NfsProcedure.Create or NfsProcedure.MkDir or NfsProcedure.SymLink
                or NfsProcedure.MkNod or NfsProcedure.Remove or NfsProcedure.RmDir => Refuse(attributes: 2, ref results),
            NfsProcedure.Link => Refuse(attributes: 3, ref results),
            NfsProcedure.Rename => Refuse(attributes: 4, ref results),
            _ => RpcResult.NoSuchProcedure,
        };

    /// <summary>Ends a procedure whose failure carries the attributes of one file: that they do not follow.</summary>
    internal static RpcResult Fail(NfsStatus status, ref XdrWriter results)
    {
        results.WriteUInt32((uint)status);
        results.WriteBoolean(false);
        return RpcResult.Success;
    }

    /// <summary>Whatever would change something.</summary>
    /// <param name="attributes">Optional attributes that its failure carries: two for each wcc_data (RFC 1813 §2.6).</param>
    private static RpcResult Refuse(int attributes, ref XdrWriter results)
    {
        results.WriteUInt32((uint)NfsStatus.ReadOnlyFileSystem);
        for (int i = 0; i < attributes; i++)
        {
            results.WriteBoolean(false);
        }

        return RpcResult.Success;
    }

    private RpcResult GetAttr(ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(handle, out NfsFile file);
        results.WriteUInt32((uint)status);
        if (status == NfsStatus.Ok)
        {
            file.Attributes.Write(ref results);
        }

        return RpcResult.Success;
    }

    private RpcResult Lookup(ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!NfsLookupArguments.TryParse(arguments, out NfsLookupArguments lookup))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(lookup.Directory, out NfsFile directory);
        if (status != NfsStatus.Ok)
        {
            return Fail(status, ref results);
        }

        status = TryFindEntry(directory, lookup.Name, out NfsFile found);
        results.WriteUInt32((uint)status);
        if (status == NfsStatus.Ok)
        {
            found.Handle.Write(ref results);
            found.Attributes.WriteOptional(ref results);
        }

        directory.Attributes.WriteOptional(ref results);
        return RpcResult.Success;
    }

    private static NfsStatus TryFindEntry(in NfsFile directory, ReadOnlySpan<byte> name, out NfsFile found)
    {
        found = directory;
        if (!directory.Node.IsDirectory)
        {
            return NfsStatus.NotDirectory;
        }

        if (name.Length > NfsProtocol.MaxNameLength)
        {
            return NfsStatus.NameTooLong;
        }

        if (name is [(byte)'.'])
        {
            return NfsStatus.Ok;
        }

        if (name.SequenceEqual(".."u8))
        {
            found = directory.Export.ParentOf(directory.Node);
            return NfsStatus.Ok;
        }

        bool isThere = directory.Export.Tree.TryFindEntry(directory.Node, name, out NfsNode node);
        found = directory with { Node = node };
        return isThere ? NfsStatus.Ok : NfsStatus.NoEntry;
    }

    private RpcResult Access(ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!NfsAccessArguments.TryParse(arguments, out NfsAccessArguments access))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(access.File, out NfsFile file);
        if (status != NfsStatus.Ok)
        {
            return Fail(status, ref results);
        }

        results.WriteUInt32((uint)NfsStatus.Ok);
        file.Attributes.WriteOptional(ref results);
        results.WriteUInt32((uint)(access.Access & file.Access));
        return RpcResult.Success;
    }

    /// <summary>The target as recorded: it is the client who resolves it, and it may lead out of the image.</summary>
    private RpcResult ReadLink(ReadOnlySpan<byte> arguments, ref XdrWriter results)
    {
        if (!NfsArguments.TryParseHandle(arguments, out ReadOnlySpan<byte> handle))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(handle, out NfsFile link);
        if (status == NfsStatus.Ok && link.Node.Kind != ImageNodeKind.SymbolicLink)
        {
            status = NfsStatus.InvalidArgument;
        }

        byte[] target = status == NfsStatus.Ok ? Encoding.UTF8.GetBytes(link.Node.Link) : [];
        if (NfsAttributes.OptionalLength + XdrWriter.OpaqueLength(target.Length) > results.Remaining - sizeof(uint))
        {
            status = NfsStatus.NameTooLong;
        }

        if (status != NfsStatus.Ok)
        {
            return Fail(status, ref results);
        }

        results.WriteUInt32((uint)NfsStatus.Ok);
        link.Attributes.WriteOptional(ref results);
        results.WriteOpaque(target);
        return RpcResult.Success;
    }
}
