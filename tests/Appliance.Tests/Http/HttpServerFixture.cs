using System.Collections.Concurrent;
using System.Net;
using Appliance.Boot;
using Appliance.Http;
using Appliance.Images;
using Appliance.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Http;

/// <summary>A server on a loopback port with a few files, shared by the tests of a class.</summary>
public sealed class HttpServerFixture : IAsyncLifetime
{
    /// <summary>Length of the sparse file: more than 32 bits count.</summary>
    public const long SparseLength = (5L * 1024 * 1024 * 1024) + 3;

    public static readonly DateTimeOffset LastModified = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("plugboot-http-").FullName;

    public byte[] Big { get; } = new byte[3_000_001];

    public ConcurrentQueue<BootFetch> Fetches { get; } = [];

    public HttpBootServer Server { get; private set; } = null!;

    public IPEndPoint Address => Server.LocalEndPoints[0];

    public async Task InitializeAsync()
    {
        new Random(9110).NextBytes(Big);
        await File.WriteAllBytesAsync(InFolder("big.iso"), Big);
        await using (FileStream sparse = File.Create(InFolder("sparse.iso")))
        {
            sparse.SetLength(SparseLength);
            sparse.Position = SparseLength - 3;
            await sparse.WriteAsync("end"u8.ToArray());
        }

        var options = new ApplianceOptions
        {
            Network = new NetworkOptions { Address = IPAddress.Loopback },
            Http = new HttpOptions { Ports = [0] },
        };
        Server = new HttpBootServer(options, Open, NullLoggerFactory.Instance, (in BootFetch fetch) => Fetches.Enqueue(fetch));
        await Server.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Server.StopAsync(limit.Token);
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Payload? Open(string path, IPAddress client, BootProtocol protocol) => path switch
    {
        "/menu.ipxe" => Payload.FromMemory("#!ipxe\n"u8.ToArray(), LastModified, "text/plain"),
        "/autoinstall/x/answer.toml" => Payload.FromMemory("[global]\n"u8.ToArray(), LastModified, "text/plain"),
        "/empty" => Payload.FromMemory(default, LastModified, "application/octet-stream"),
        "/big.iso" or "/a/b c.iso" => Payload.FromFile(SharedFile.Open(InFolder("big.iso")), "application/octet-stream"),
        "/sparse.iso" => Payload.FromFile(SharedFile.Open(InFolder("sparse.iso")), "application/octet-stream"),
        "/pieces" => Pieces(),
        "/broken" => throw new IOException("disk"),
        _ => null,
    };

    /// <summary>A file made of runs of every kind.</summary>
    private Payload Pieces()
    {
        SharedFile file = SharedFile.Open(InFolder("big.iso"));
        return Payload.FromSegments(
            [
                PayloadSegment.OfFile(file, 1000, 500_000),
                PayloadSegment.OfMemory("between"u8.ToArray()),
                PayloadSegment.OfZeros(100_000),
                PayloadSegment.OfFile(file, 0, 100),
                PayloadSegment.OfFile(file, 2_000_000, 1_000_001),
            ],
            file,
            "application/octet-stream");
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
