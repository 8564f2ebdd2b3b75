using System.Text;
using Appliance.Formats.Nfs;

namespace Appliance.Nfs;

/// <summary>
/// READDIR and READDIRPLUS. Entries are numbered: <c>.</c>, <c>..</c>, then the children in the tree's order, which never
/// changes; the cookie of an entry is the number of the next one. Source: RFC 1813 §3.3.16, §3.3.17.
/// </summary>
internal static class NfsReadDir
{
    /// <summary>Entries before the children.</summary>
    private const int DotEntries = 2;

    /// <summary>Bytes of the results before the list, without the status: attributes and verifier.</summary>
    private const int HeadLength = NfsAttributes.OptionalLength + NfsProtocol.VerifierLength;

    public static RpcResult Call(NfsExports exports, ReadOnlySpan<byte> arguments, bool plus, RpcCaller caller, ref XdrWriter results)
    {
        if (!NfsReadDirArguments.TryParse(arguments, plus, out NfsReadDirArguments wanted))
        {
            return RpcResult.GarbageArguments;
        }

        NfsStatus status = exports.TryFind(wanted.Directory, out NfsFile directory);
        if (status == NfsStatus.Ok)
        {
            status = Check(directory, wanted);
        }

        if (status != NfsStatus.Ok)
        {
            return NfsProgram.Fail(status, ref results);
        }

        int limit = (int)Math.Min(wanted.MaxCount, (uint)caller.MaxReadDir) - HeadLength;
        int directoryLimit = (int)Math.Min(wanted.DirectoryCount, (uint)caller.MaxReadDir);
        XdrWriter listed = results;
        if (!TryWrite(directory, (int)wanted.Cookie, new NfsDirectoryWriter(plus, limit, directoryLimit), ref listed))
        {
            return NfsProgram.Fail(NfsStatus.TooSmall, ref results);
        }

        results = listed;
        return RpcResult.Success;
    }

    private static NfsStatus Check(in NfsFile directory, in NfsReadDirArguments wanted)
    {
        if (!directory.Node.IsDirectory)
        {
            return NfsStatus.NotDirectory;
        }

        bool isCookie = wanted.Cookie == 0
            || (wanted.Verifier == directory.Export.CookieVerifier && wanted.Cookie <= (ulong)EntriesOf(directory));
        return isCookie ? NfsStatus.Ok : NfsStatus.BadCookie;
    }

    /// <summary>Writes the results from that entry on; false when not even one entry fits.</summary>
    private static bool TryWrite(in NfsFile directory, int first, NfsDirectoryWriter entries, ref XdrWriter results)
    {
        results.WriteUInt32((uint)NfsStatus.Ok);
        directory.Attributes.WriteOptional(ref results);
        results.WriteUInt64(directory.Export.CookieVerifier);
        int number = first;
        bool fits = true;
        while (fits && number < DotEntries)
        {
            NfsFile dot = number == 0 ? directory : directory.Export.ParentOf(directory.Node);
            fits = TryWriteEntry(dot, number == 0 ? "." : "..", number + 1, ref entries, ref results);
            number += fits ? 1 : 0;
        }

        if (fits)
        {
            foreach (NfsNode child in directory.Node.Children.Skip(number - DotEntries))
            {
                if (!TryWriteEntry(directory with { Node = child }, child.Name, number + 1, ref entries, ref results))
                {
                    break;
                }

                number++;
            }
        }

        bool isEnd = number == EntriesOf(directory);
        NfsDirectoryWriter.WriteEnd(ref results, isEnd);
        return isEnd || number > first;
    }

    private static bool TryWriteEntry(in NfsFile file, string name, int cookie, ref NfsDirectoryWriter entries, ref XdrWriter results)
    {
        NfsAttributes attributes = file.Attributes;
        return entries.TryWrite(ref results, Encoding.UTF8.GetBytes(name), (ulong)cookie, attributes, file.Handle);
    }

    private static int EntriesOf(in NfsFile directory) => DotEntries + directory.Node.Children.Count();
}
