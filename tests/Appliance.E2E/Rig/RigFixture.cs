namespace Appliance.E2E.Rig;

/// <summary>What every journey needs, made once: the host's tools, the loaders, the sample library, the wire.</summary>
public sealed class RigFixture : IAsyncLifetime
{
    internal Wire Wire { get; private set; } = null!;

    internal BootTable Boots { get; } = new();

    /// <exception cref="InvalidOperationException">A tool or the daemon is missing; the message names the remedy.</exception>
    public async Task InitializeAsync()
    {
        await HostCommand.RunAsync(Repository.Script("board/common/host-packages.sh"), "test");
        await HostCommand.RunAsync(Repository.Script("board/common/loaders.sh"));
        await SampleLibrary.BuildAsync("amd64", "tools");
        if (!File.Exists(Repository.Daemon))
        {
            throw new InvalidOperationException($"no {Repository.Daemon}: run make publish");
        }

        Wire = await Wire.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        if (Wire is not null)
        {
            await Wire.DisposeAsync();
        }
    }
}

/// <summary>One rig for all journeys.</summary>
[CollectionDefinition(Name)]
public sealed class RigSuite : ICollectionFixture<RigFixture>
{
    public const string Name = "rig";
}
