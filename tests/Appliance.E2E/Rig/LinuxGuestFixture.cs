namespace Appliance.E2E.Rig;

/// <summary>One guest for all journeys of a class: to boot it takes longer than they do.</summary>
public sealed class LinuxGuestFixture(RigFixture rig) : IAsyncLifetime
{
    internal LinuxGuest Guest { get; private set; } = null!;

    public async Task InitializeAsync() => Guest = await LinuxGuest.StartAsync(rig.Wire, "linux-guest");

    public async Task DisposeAsync()
    {
        if (Guest is not null)
        {
            await Guest.DisposeAsync();
        }
    }
}
