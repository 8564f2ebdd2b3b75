using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// Linux' own clients, unmodified, against the published daemon: the kernel's NFS and NBD, mount.nfs, klibc's nfsmount and
/// nbd-client. One guest for all journeys; what it reads it asks for anew each time.
/// </summary>
[Collection(RigSuite.Name)]
public sealed partial class LinuxGuestJourneys(RigFixture rig, LinuxGuestFixture fixture) : IClassFixture<LinuxGuestFixture>, IAsyncLifetime
{
    private const string Export = Wire.ServerAddress + ":/boot/tree";

    private const string LibraryWithOne = "Library: 1 images, 0 not ready yet";

    private static readonly TimeSpan LibraryDeadline = TimeSpan.FromSeconds(15);

    private Daemon _daemon = null!;

    private LinuxGuest Guest => fixture.Guest;

    public async Task InitializeAsync() => _daemon = await StartDaemonAsync();

    public async Task DisposeAsync()
    {
        await Guest.TryRunAsync("umount /mnt; nbd-client -d /dev/nbd0");
        await _daemon.DisposeAsync();
    }

    /// <summary>
    /// The way of README.md, and with the mount protocol and the port mapper by UDP. The file system itself goes over TCP
    /// only: Debian's kernel is built with NFS_DISABLE_UDP_SUPPORT.
    /// </summary>
    [Theory]
    [InlineData("vers=3,nolock")]
    [InlineData("vers=3,nolock,mountproto=udp,rsize=1048576")]
    [InlineData("vers=3,nolock,proto=tcp,port=2049,mountport=2049,rsize=4096")]
    public async Task The_kernel_mounts_an_image_by_nfs_and_reads_every_byte(string options)
    {
        await Guest.RunAsync($"mount.nfs {Export} /mnt -o ro,{options}");
        string size = Regex.Match(options, "rsize=([0-9]+)") is { Success: true } asked ? asked.Groups[1].Value : "1048576";
        Assert.Matches($"^{Export} /mnt nfs .*vers=3,rsize={size},", await Guest.RunAsync("grep /mnt /proc/mounts"));
        await AssertMountedIsAsync(LinuxGuest.Tree);
    }

    [Fact]
    public async Task Klibc_nfsmount_mounts_an_image_and_every_byte_is_read()
    {
        await Guest.RunAsync($"nfsmount -o ro,nolock {Export} /mnt");
        await AssertMountedIsAsync(LinuxGuest.Tree);
    }

    [Fact]
    public async Task Nbd_client_attaches_an_image_that_the_kernel_mounts_and_reads_to_the_last_byte()
    {
        await Guest.RunAsync($"nbd-client {Wire.ServerAddress} /dev/nbd0 -N tree");
        await AssertDeviceIsAsync(LinuxGuest.Image);
        await Guest.RunAsync("mount -t iso9660 -o ro /dev/nbd0 /mnt");
        await AssertMountedIsAsync(LinuxGuest.Tree);
    }

    [Fact]
    public async Task Nbd_client_attaches_a_file_inside_an_image_that_the_kernel_mounts_and_reads_to_the_last_byte()
    {
        string inside = Path.Combine("live", "filesystem.squashfs");
        await Guest.RunAsync($"nbd-client {Wire.ServerAddress} /dev/nbd0 -N tree/{inside} -connections 2");
        await AssertDeviceIsAsync(Path.Combine(LinuxGuest.Tree, inside));
        await Guest.RunAsync("mount -t squashfs -o ro /dev/nbd0 /mnt");
        // It was made of the rest of the tree, before it was put there.
        await AssertMountedIsAsync(LinuxGuest.Tree, except: inside);
    }

    [Fact]
    public async Task A_mount_and_an_open_file_survive_a_restart_of_the_daemon()
    {
        await Guest.RunAsync($"mount.nfs {Export} /mnt -o ro,vers=3,nolock");
        await StartReaderAsync("/mnt/big.bin");
        await _daemon.DisposeAsync();
        _daemon = await StartDaemonAsync();
        await Guest.DropCachesAsync();
        Assert.Equal($"{Digest(Path.Combine(LinuxGuest.Tree, "big.bin"))}  -\n", await FinishReaderAsync());
        await AssertMountedIsAsync(LinuxGuest.Tree);
    }

    [Fact]
    public async Task An_image_that_is_removed_or_replaced_under_a_mount_is_stale_and_the_next_mount_sees_the_new_one()
    {
        using var library = new ChangingLibrary();
        library.Put("tree.iso", LinuxGuest.Image);
        await _daemon.DisposeAsync();
        _daemon = await StartDaemonAsync(library.Media);
        await Guest.RunAsync($"mount.nfs {Export} /mnt -o ro,vers=3,nolock");
        await StartReaderAsync("/mnt/big.bin");

        library.Remove("tree.iso");
        int empty = await _daemon.Log.WaitForAsync("Library: 0 images", LibraryDeadline);
        await Guest.DropCachesAsync();
        Assert.Contains("Stale file handle", await FinishReaderAsync(), StringComparison.Ordinal);
        await Guest.TryRunAsync("umount /mnt");
        Assert.NotEqual(0, (await Guest.TryRunAsync($"mount.nfs {Export} /mnt -o ro,vers=3,nolock")).ExitCode);

        library.Put("tree.iso", SampleLibrary.PathOf(SampleLibrary.GrubRescue));
        await _daemon.Log.WaitForAsync(LibraryWithOne, LibraryDeadline, empty);
        await Guest.RunAsync($"mount.nfs {Export} /mnt -o ro,vers=3,nolock");
        Assert.Contains("grub", await Guest.RunAsync("ls /mnt/boot"), StringComparison.Ordinal);
    }

    private async Task<Daemon> StartDaemonAsync(string? media = null)
    {
        Daemon daemon = await Daemon.StartAsync(rig.Wire, "linux-guest", ["media = " + (media ?? LinuxGuest.Media)]);
        await daemon.Log.WaitForAsync(LibraryWithOne, LibraryDeadline);
        return daemon;
    }

    /// <summary>Begins to read a file in the guest; it goes on to the end when it is told to.</summary>
    private Task StartReaderAsync(string path) => Guest.RunAsync(
        "rm -f /tmp/go /tmp/digest; mkfifo /tmp/go /tmp/digest; "
        + $"(exec 3< {path}; dd bs=65536 count=1 <&3 > /tmp/head; read word < /tmp/go; cat /tmp/head - <&3 2> /tmp/error | sha256sum > /tmp/digest) > /dev/null 2>&1 &");

    /// <summary>The digest of what the reader has read in all, and what went wrong meanwhile.</summary>
    private Task<string> FinishReaderAsync() => Guest.RunAsync("echo go > /tmp/go; cat /tmp/digest /tmp/error");

    private async Task AssertDeviceIsAsync(string file)
    {
        await Guest.DropCachesAsync();
        Assert.StartsWith(Digest(file), await Guest.RunAsync("sha256sum /dev/nbd0"), StringComparison.Ordinal);
    }

    /// <summary>Every file below /mnt is there, byte for byte, and no other.</summary>
    private async Task AssertMountedIsAsync(string folder, string except = "")
    {
        await Guest.DropCachesAsync();
        string output = await Guest.RunAsync("cd /mnt && find . -type f -exec sha256sum {} +");
        IEnumerable<string> read = Sum().Matches(output).Select(static match => $"{match.Groups["name"].Value} {match.Groups["digest"].Value}");
        IEnumerable<string> expected = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(static file => file.LinkTarget is null)
            .Select(file => Path.GetRelativePath(folder, file.FullName))
            .Where(name => name != except)
            .Select(name => $"{name} {Digest(Path.Combine(folder, name))}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    private static string Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    [GeneratedRegex(@"^(?<digest>[0-9a-f]{64})  \./(?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Sum();
}
