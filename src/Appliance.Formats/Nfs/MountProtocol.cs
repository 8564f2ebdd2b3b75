namespace Appliance.Formats.Nfs;

/// <summary>Procedures of the mount protocol, version 3 (RFC 1813 §5.2).</summary>
public enum MountProcedure : uint
{
    Null = 0,
    Mnt = 1,
    Dump = 2,
    Umnt = 3,
    UmntAll = 4,
    Export = 5,
}

/// <summary>How a mount ended (RFC 1813 §5.1.5, mountstat3).</summary>
public enum MountStatus : uint
{
    Ok = 0,
    NoEntry = 2,
    NotDirectory = 20,
}

/// <summary>Constants and arguments of the mount protocol.</summary>
public static class MountProtocol
{
    public const uint ProgramNumber = 100005;
    public const uint ProgramVersion = 3;

    /// <summary>Longest path, in bytes (RFC 1813 §5.1.4, MNTPATHLEN).</summary>
    public const int MaxPathLength = 1024;

    /// <summary>Parses the path that is mounted or unmounted (RFC 1813 §5.2.1, §5.2.3).</summary>
    public static bool TryParsePath(ReadOnlySpan<byte> arguments, out ReadOnlySpan<byte> path)
    {
        var reader = new XdrReader(arguments);
        path = reader.ReadOpaque(MaxPathLength);
        return !reader.Failed;
    }

    /// <summary>The results of a mount that succeeded: the handle, and the kinds of credentials that will do.</summary>
    public static void WriteMounted(ref XdrWriter writer, in NfsFileHandle root)
    {
        writer.WriteUInt32((uint)MountStatus.Ok);
        root.Write(ref writer);
        writer.WriteUInt32(2);
        writer.WriteUInt32((uint)RpcAuthFlavor.Sys);
        writer.WriteUInt32((uint)RpcAuthFlavor.None);
    }
}
