using Appliance.Images;

namespace Appliance.Nbd;

/// <summary>What one session reads. Owns its payload: what is removed from the library meanwhile is served to the end.</summary>
/// <param name="Name">The name by which it was asked for, fit for a log.</param>
internal sealed record NbdExport(string Name, Payload Payload) : IDisposable
{
    public void Dispose() => Payload.Dispose();
}
