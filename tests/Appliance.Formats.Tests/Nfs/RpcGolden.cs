namespace Appliance.Formats.Tests.Nfs;

/// <summary>Messages written by hand from RFC 5531, RFC 1813 and RFC 1833, one item to a word.</summary>
internal static class RpcGolden
{
    /// <summary>xid, CALL, RPC 2; AUTH_SYS of machine "pc", uid 0, gid 0, no groups; verifier AUTH_NONE.</summary>
    private const string Sys = "00000001 00000018 00000000 00000002 70630000 00000000 00000000 00000000 00000000 00000000";

    private const string Handle = "00000018 50424631 00000003 00112233 44556677 8899aabb ccddeeff";

    /// <summary>NFS 3, NULL, AUTH_NONE.</summary>
    public static readonly byte[] Null = Hex("0000002a 00000000 00000002 000186a3 00000003 00000000 00000000 00000000 00000000 00000000");

    public static readonly byte[] GetAttr = Hex($"0000002b 00000000 00000002 000186a3 00000003 00000001 {Sys} {Handle}");

    /// <summary>Of "vmlinuz".</summary>
    public static readonly byte[] Lookup =
        Hex($"0000002c 00000000 00000002 000186a3 00000003 00000003 {Sys} {Handle} 00000007 766d6c69 6e757a00");

    /// <summary>64 KiB from 4 GiB on.</summary>
    public static readonly byte[] Read =
        Hex($"0000002d 00000000 00000002 000186a3 00000003 00000006 {Sys} {Handle} 00000001 00000000 00010000");

    /// <summary>After cookie 2, dircount 4096, maxcount 32768.</summary>
    public static readonly byte[] ReadDirPlus = Hex(
        $"0000002e 00000000 00000002 000186a3 00000003 00000011 {Sys} {Handle} 00000000 00000002 01234567 89abcdef 00001000 00008000");

    /// <summary>MOUNT 3, MNT of "/boot/live".</summary>
    public static readonly byte[] Mnt = Hex(
        $"0000002f 00000000 00000002 000186a5 00000003 00000001 {Sys} 0000000a 2f626f6f 742f6c69 76650000");

    /// <summary>Port mapper 2, GETPORT of MOUNT 3 over UDP.</summary>
    public static readonly byte[] GetPort = Hex(
        "00000030 00000000 00000002 000186a0 00000002 00000003 00000000 00000000 00000000 00000000 000186a5 00000003 00000011 00000000");

    public static readonly byte[][] All = [Null, GetAttr, Lookup, Read, ReadDirPlus, Mnt, GetPort];

    public static byte[] Hex(string words) => Convert.FromHexString(words.Replace(" ", "", StringComparison.Ordinal));
}
