namespace Appliance.Boot;

/// <summary>Nothing is published under a name that a client may have expected to be there.</summary>
/// <param name="reason">A sentence for the client: one line of ASCII, with nothing in it of what the client sent.</param>
public sealed class NotPublishedException(string reason) : Exception(reason);
