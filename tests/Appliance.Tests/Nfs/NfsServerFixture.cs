using System.Net;
using Appliance.Images;
using Appliance.Nfs;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Nfs;

/// <summary>A server on loopback ports with one image, shared by the tests of a class.</summary>
public sealed class NfsServerFixture : IAsyncLifetime, IDisposable
{
    public const string Export = "/boot/rescue/my live";

    /// <summary>Files in <c>many</c>: more than one reply holds.</summary>
    public const int ManyFiles = 700;

    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public byte[] Big { get; } = new byte[3_000_001];

    public NfsServer Server { get; private set; } = null!;

    internal ImageLibrary Library { get; private set; } = null!;

    internal string ImagePath => _folder["isos/rescue/my live.iso"];

    public async Task InitializeAsync()
    {
        new Random(1813).NextBytes(Big);
        _folder.Write("tree/big.bin", Big);
        _folder.Write("tree/sub/hello.txt", "hello");
        _folder.Write("tree/sub/deep/empty", "");
        File.CreateSymbolicLink(_folder["tree/sub/link"], "/usr/share/../big.bin");
        File.CreateSymbolicLink(_folder["tree/sub/deep/alias"], "..");
        Tool.Run("coreutils", "chmod", "744", _folder["tree/sub/hello.txt"]);
        for (int i = 0; i < ManyFiles; i++)
        {
            _folder.Write($"tree/many/a file with a rather long name {i}", "");
        }

        Directory.CreateDirectory(_folder["isos/rescue"]);
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", ImagePath, _folder["tree"]);
        File.SetLastWriteTimeUtc(ImagePath, DateTime.UtcNow.AddMinutes(-1));
        Library = new ImageLibrary(new StorageOptions { Media = _folder.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await Library.ScanAsync(CancellationToken.None);
        Server = NewServer();
        _running = Server.RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public void Dispose()
    {
        Library.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }

    internal NfsServer NewServer(NfsOptions? options = null) => new(
        new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback, PrefixLength = 8 },
            Nfs = options ?? new NfsOptions { Port = 0, PortmapPort = 0 },
        },
        Library,
        TimeProvider.System,
        NullLogger<NfsServer>.Instance);
}
