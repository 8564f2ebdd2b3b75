using System.Runtime.CompilerServices;
using Appliance.Images;
using Appliance.Interop;

namespace Appliance.Tests.Images;

public sealed class FileStatusTests
{
    /// <summary>linux/stat.h: the structure is 256 bytes on every architecture.</summary>
    [Fact]
    public void The_structure_has_the_size_the_kernel_fills() => Assert.Equal(256, Unsafe.SizeOf<StatXBuffer>());

    [Fact]
    public void A_node_of_a_tree_takes_as_many_bytes_as_planned() => Assert.Equal(32, Unsafe.SizeOf<TreeRecord>());

    [Fact]
    public void Length_time_and_kind_are_those_of_the_file()
    {
        using var folder = new TestFolder();
        string path = folder.Write("file", "12345");
        var time = new DateTime(2024, 2, 29, 12, 30, 15, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        File.CreateSymbolicLink(folder["link"], path);
        Assert.True(FileStatus.TryGet(path, followLink: false, out FileStatus file));
        Assert.Equal((FileKind.Regular, 5L, time), (file.Kind, file.Length, file.Modified.UtcDateTime));
        Assert.True(FileStatus.TryGet(folder["link"], followLink: false, out FileStatus link));
        Assert.Equal(FileKind.SymbolicLink, link.Kind);
        Assert.True(FileStatus.TryGet(folder["link"], followLink: true, out FileStatus followed));
        Assert.Equal(file, followed);
        Assert.NotEqual(0UL, file.Inode);
        Assert.False(FileStatus.TryGet(folder["none"], followLink: true, out _));
        Assert.False(FileStatus.TryGet("nul\0byte", followLink: true, out _));
    }
}
