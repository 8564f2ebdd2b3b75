using System.Text;
using Appliance.Formats.Nfs;

namespace Appliance.Tests.Nfs;

/// <summary>Each procedure against an image that xorriso has made.</summary>
public sealed class NfsProcedureTests : IClassFixture<NfsServerFixture>, IDisposable
{
    private readonly NfsServerFixture _fixture;
    private readonly RpcClient _client;
    private readonly byte[] _root;

    public NfsProcedureTests(NfsServerFixture fixture)
    {
        _fixture = fixture;
        _client = new RpcClient(fixture.Server.LocalEndPoint);
        (MountStatus status, _root) = _client.Mount(NfsServerFixture.Export);
        Assert.Equal(MountStatus.Ok, status);
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("/boot/rescue/my live/", MountStatus.Ok)]
    [InlineData("//boot//rescue//my live//sub/deep", MountStatus.Ok)]
    [InlineData("/boot/rescue/my%20live/sub", MountStatus.Ok)]
    [InlineData("/boot/RESCUE/My Live", MountStatus.Ok)]
    [InlineData("/boot/rescue/my live/sub/hello.txt", MountStatus.NotDirectory)]
    [InlineData("/boot/rescue/my live/none", MountStatus.NoEntry)]
    [InlineData("/boot/rescue/none", MountStatus.NoEntry)]
    [InlineData("/boot/rescue", MountStatus.NoEntry)]
    [InlineData("/boot", MountStatus.NoEntry)]
    [InlineData("/boot/rescue/my live/../../../etc", MountStatus.NoEntry)]
    [InlineData("/", MountStatus.NoEntry)]
    [InlineData("", MountStatus.NoEntry)]
    public void A_folder_of_an_image_can_be_mounted_and_nothing_else(string path, object status) =>
        Assert.Equal((MountStatus)status, _client.Mount(path).Status);

    [Fact]
    public void The_exports_are_listed()
    {
        var reply = new Reply(_client.Call(MountProtocol.ProgramNumber, 3, (uint)MountProcedure.Export));
        Assert.Equal((1u, NfsServerFixture.Export, 0u, 0u), (reply.UInt32(), reply.Text(), reply.UInt32(), reply.UInt32()));
        Assert.True(reply.IsAtEnd);
        Assert.Equal([0, 0, 0, 0], _client.Call(MountProtocol.ProgramNumber, 3, (uint)MountProcedure.Dump));
        Assert.Empty(_client.Call(MountProtocol.ProgramNumber, 3, (uint)MountProcedure.UmntAll));
    }

    [Fact]
    public void Attributes_are_as_recorded_and_readable_by_all_and_writable_by_none()
    {
        NfsAttributes root = AttributesOf(_root);
        NfsAttributes hello = AttributesOf(_client.Walk(_root, "sub", "hello.txt"));
        NfsAttributes big = AttributesOf(_client.Walk(_root, "big.bin"));
        NfsAttributes link = AttributesOf(_client.Walk(_root, "sub", "link"));
        Assert.Equal((NfsFileType.Directory, 0b101_101_101u), (root.Type, root.Mode));
        Assert.Equal((NfsFileType.Regular, 5ul), (hello.Type, hello.Size));
        Assert.Equal(0b101_100_100u, hello.Mode);
        Assert.Equal((NfsFileType.Regular, 3_000_001ul, 0b100_100_100u), (big.Type, big.Size, big.Mode));
        Assert.Equal((NfsFileType.SymbolicLink, (ulong)"/usr/share/../big.bin".Length), (link.Type, link.Size));
        Assert.Equal(4, new HashSet<ulong> { root.FileId, hello.FileId, big.FileId, link.FileId }.Count);
        Assert.Equal(root.FileSystem, big.FileSystem);
    }

    [Fact]
    public void A_name_is_looked_up_exactly()
    {
        Assert.Equal(NfsStatus.NoEntry, LookupStatus(_root, "SUB"));
        Assert.Equal(NfsStatus.NoEntry, LookupStatus(_root, "sub/hello.txt"));
        Assert.Equal(NfsStatus.NoEntry, LookupStatus(_root, ""));
        Assert.Equal(NfsStatus.NameTooLong, LookupStatus(_root, new string('x', 256)));
        Assert.Equal(NfsStatus.NotDirectory, LookupStatus(_client.Walk(_root, "big.bin"), "x"));
    }

    [Fact]
    public void Dot_and_dot_dot_lead_where_they_should()
    {
        byte[] deep = _client.Walk(_root, "sub", "deep");
        Assert.Equal(_client.Walk(_root, "sub"), _client.Walk(deep, ".."));
        Assert.Equal(_root, _client.Walk(deep, "..", ".."));
        Assert.Equal(_root, _client.Walk(_root, ".."));
        Assert.Equal(deep, _client.Walk(deep, "."));
    }

    [Fact]
    public void A_link_is_given_as_recorded()
    {
        Reply reply = _client.Nfs(NfsProcedure.ReadLink, _client.Walk(_root, "sub", "link"));
        Assert.Equal(NfsStatus.Ok, reply.Status());
        Assert.NotNull(reply.OptionalAttributes());
        Assert.Equal("/usr/share/../big.bin", reply.Text());
        Assert.Equal(NfsStatus.InvalidArgument, _client.Nfs(NfsProcedure.ReadLink, _root).Status());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(7, 4096)]
    [InlineData(0, 32768)]
    [InlineData(12345, 1048576)]
    [InlineData(0, uint.MaxValue)]
    [InlineData(3_000_000, 100)]
    [InlineData(2_900_000, 1048576)]
    [InlineData(3_000_001, 100)]
    [InlineData(long.MaxValue, 100)]
    public void A_read_gives_the_bytes_that_are_there(long offset, uint count)
    {
        (byte[] data, bool isEnd) = Read(_client, _client.Walk(_root, "big.bin"), (ulong)offset, count);
        int start = (int)Math.Min(offset, _fixture.Big.Length);
        int length = (int)Math.Min(Math.Min(count, 1048576), _fixture.Big.Length - start);
        Assert.Equal(_fixture.Big[start..(start + length)], data);
        Assert.Equal(start + length == _fixture.Big.Length, isEnd);
    }

    [Fact]
    public void Only_files_are_read()
    {
        static void Range(ref XdrWriter writer)
        {
            writer.WriteUInt64(0);
            writer.WriteUInt32(100);
        }

        Assert.Equal(NfsStatus.IsDirectory, _client.Nfs(NfsProcedure.Read, _root, Range).Status());
        Assert.Equal(NfsStatus.InvalidArgument, _client.Nfs(NfsProcedure.Read, _client.Walk(_root, "sub", "link"), Range).Status());
        Assert.Empty(Read(_client, _client.Walk(_root, "sub", "deep", "empty"), 0, 100).Data);
    }

    [Theory]
    [InlineData(false, 200u)]
    [InlineData(false, 4096u)]
    [InlineData(true, 512u)]
    [InlineData(true, 4096u)]
    [InlineData(true, 1048576u)]
    public void A_directory_is_listed_whole_and_once_in_whatever_pieces(bool plus, uint maxCount)
    {
        List<string> names = List(_client.Walk(_root, "many"), plus, maxCount);
        Assert.Equal([".", ".."], names[..2]);
        Assert.Equal(
            Enumerable.Range(0, NfsServerFixture.ManyFiles).Select(static i => $"a file with a rather long name {i}").Order(StringComparer.Ordinal),
            names[2..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_reply_without_room_for_an_entry_is_an_error()
    {
        byte[] many = _client.Walk(_root, "many");
        Assert.Equal(NfsStatus.TooSmall, ReadDir(many, plus: false, 0, 0, 128).Status());
        Assert.Equal(NfsStatus.TooSmall, ReadDir(many, plus: true, 0, 0, 0).Status());
        Assert.Equal(NfsStatus.NotDirectory, ReadDir(_client.Walk(_root, "big.bin"), plus: false, 0, 0, 4096).Status());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1_000_000, -1)]
    [InlineData(long.MaxValue, -1)]
    public void A_cookie_that_we_did_not_give_is_an_error(long cookie, long verifierOrOurs)
    {
        byte[] many = _client.Walk(_root, "many");
        Reply first = ReadDir(many, plus: false, 0, 0, 4096);
        first.Status();
        first.OptionalAttributes();
        ulong verifier = verifierOrOurs < 0 ? first.UInt64() : (ulong)verifierOrOurs;
        Assert.Equal(NfsStatus.BadCookie, ReadDir(many, plus: false, (ulong)cookie, verifier, 4096).Status());
    }

    [Fact]
    public void What_may_be_done_is_reading()
    {
        static void All(ref XdrWriter writer) => writer.WriteUInt32(0x3f);
        Assert.Equal(NfsAccess.Read | NfsAccess.Lookup | NfsAccess.Execute, AccessOf(_client.Nfs(NfsProcedure.Access, _root, All)));
        Assert.Equal(NfsAccess.Read, AccessOf(_client.Nfs(NfsProcedure.Access, _client.Walk(_root, "big.bin"), All)));
        Assert.Equal(NfsAccess.Read | NfsAccess.Execute, AccessOf(_client.Nfs(NfsProcedure.Access, _client.Walk(_root, "sub", "hello.txt"), All)));
    }

    [Theory]
    [InlineData(NfsProcedure.SetAttr, 2)]
    [InlineData(NfsProcedure.Write, 2)]
    [InlineData(NfsProcedure.Create, 2)]
    [InlineData(NfsProcedure.MkDir, 2)]
    [InlineData(NfsProcedure.SymLink, 2)]
    [InlineData(NfsProcedure.MkNod, 2)]
    [InlineData(NfsProcedure.Remove, 2)]
    [InlineData(NfsProcedure.RmDir, 2)]
    [InlineData(NfsProcedure.Rename, 4)]
    [InlineData(NfsProcedure.Link, 3)]
    public void Nothing_can_be_changed(NfsProcedure procedure, int words)
    {
        Reply reply = _client.Nfs(procedure, _root);
        Assert.Equal(NfsStatus.ReadOnlyFileSystem, reply.Status());
        for (int i = 0; i < words; i++)
        {
            Assert.Equal(0u, reply.UInt32());
        }

        Assert.True(reply.IsAtEnd);
    }

    [Fact]
    public void The_file_system_tells_its_limits()
    {
        Reply info = _client.Nfs(NfsProcedure.FsInfo, _root);
        Assert.Equal(NfsStatus.Ok, info.Status());
        Assert.NotNull(info.OptionalAttributes());
        Assert.Equal((1u << 20, 1u << 20, 512u), (info.UInt32(), info.UInt32(), info.UInt32()));
        Reply stat = _client.Nfs(NfsProcedure.FsStat, _root);
        stat.Status();
        stat.OptionalAttributes();
        Assert.Equal(((ulong)new FileInfo(_fixture.ImagePath).Length, 0ul), (stat.UInt64(), stat.UInt64()));
        Reply path = _client.Nfs(NfsProcedure.PathConf, _root);
        path.Status();
        path.OptionalAttributes();
        Assert.Equal((1u, 255u, 1u, 1u, 0u, 1u), (path.UInt32(), path.UInt32(), path.UInt32(), path.UInt32(), path.UInt32(), path.UInt32()));
        Assert.True(path.IsAtEnd);
        Assert.Equal(NfsStatus.Ok, _client.Nfs(NfsProcedure.Commit, _root).Status());
    }

    private NfsAttributes AttributesOf(byte[] handle)
    {
        Reply reply = _client.Nfs(NfsProcedure.GetAttr, handle);
        Assert.Equal(NfsStatus.Ok, reply.Status());
        NfsAttributes attributes = reply.Attributes();
        Assert.True(reply.IsAtEnd);
        return attributes;
    }

    private NfsStatus LookupStatus(byte[] directory, string name) =>
        _client.Nfs(NfsProcedure.Lookup, directory, (ref XdrWriter writer) => writer.WriteOpaque(Encoding.UTF8.GetBytes(name))).Status();

    private static NfsAccess AccessOf(Reply reply)
    {
        Assert.Equal(NfsStatus.Ok, reply.Status());
        Assert.NotNull(reply.OptionalAttributes());
        return (NfsAccess)reply.UInt32();
    }

    internal static (byte[] Data, bool IsEnd) Read(RpcClient client, byte[] file, ulong offset, uint count)
    {
        Reply reply = client.Nfs(NfsProcedure.Read, file, (ref XdrWriter writer) =>
        {
            writer.WriteUInt64(offset);
            writer.WriteUInt32(count);
        });
        Assert.Equal(NfsStatus.Ok, reply.Status());
        Assert.NotNull(reply.OptionalAttributes());
        (uint length, bool isEnd, byte[] data) = (reply.UInt32(), reply.UInt32() == 1, reply.Opaque());
        Assert.Equal(length, (uint)data.Length);
        Assert.True(reply.IsAtEnd);
        return (data, isEnd);
    }

    private Reply ReadDir(byte[] directory, bool plus, ulong cookie, ulong verifier, uint maxCount) =>
        _client.Nfs(plus ? NfsProcedure.ReadDirPlus : NfsProcedure.ReadDir, directory, (ref XdrWriter writer) =>
        {
            writer.WriteUInt64(cookie);
            writer.WriteUInt64(verifier);
            if (plus)
            {
                writer.WriteUInt32(maxCount);
            }

            writer.WriteUInt32(maxCount);
        });

    private List<string> List(byte[] directory, bool plus, uint maxCount)
    {
        var names = new List<string>();
        (ulong cookie, ulong verifier, bool isEnd) = (0, 0, false);
        while (!isEnd)
        {
            Reply reply = ReadDir(directory, plus, cookie, verifier, maxCount);
            Assert.Equal(NfsStatus.Ok, reply.Status());
            Assert.NotNull(reply.OptionalAttributes());
            verifier = reply.UInt64();
            while (reply.UInt32() == 1)
            {
                ulong fileId = reply.UInt64();
                names.Add(reply.Text());
                cookie = reply.UInt64();
                if (plus)
                {
                    Assert.Equal(fileId, reply.OptionalAttributes()!.Value.FileId);
                    Assert.Equal(1u, reply.UInt32());
                    Assert.True(NfsFileHandle.TryParse(reply.Opaque(), out NfsFileHandle handle));
                    Assert.Equal(fileId, handle.Node + 1);
                }
            }

            isEnd = reply.UInt32() == 1;
            Assert.True(reply.IsAtEnd);
        }

        return names;
    }
}
