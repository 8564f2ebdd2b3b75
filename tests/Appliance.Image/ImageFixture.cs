using Appliance.E2E.Rig;

namespace Appliance.Image;

/// <summary>What every journey of an image needs: the host's tools, an installer image, and a wire that nobody serves yet.</summary>
public sealed class ImageFixture : IAsyncLifetime
{
    internal Wire Wire { get; private set; } = null!;

    /// <summary>Seconds that <c>make test-image</c> prints at its end.</summary>
    internal BootTable Boots { get; } = new();

    /// <exception cref="InvalidOperationException">A tool is missing; the message names the remedy.</exception>
    public async Task InitializeAsync()
    {
        await HostCommand.RunAsync(Repository.Script("board/common/host-packages.sh"), "test-image");
        await SampleLibrary.BuildAsync("amd64", "tools");
        Wire = await Wire.CreateAsync();
        await Wire.RemoveServerAddressAsync();
        await Wire.AddTapAsync(Machine.Tap);
    }

    public async Task DisposeAsync()
    {
        if (Wire is not null)
        {
            await Wire.DisposeAsync();
        }
    }
}

/// <summary>One wire for all images.</summary>
[CollectionDefinition(Name)]
public sealed class ImageSuite : ICollectionFixture<ImageFixture>
{
    public const string Name = "image";
}
