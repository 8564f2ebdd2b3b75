namespace Appliance.Boot.Timeline;

/// <summary>How a boot goes.</summary>
public enum BootState
{
    /// <summary>It goes on, or it has come as far as can be seen from here.</summary>
    Fine,

    /// <summary>Nothing is wrong; it is somebody's turn to choose.</summary>
    Waiting,

    /// <summary>It has stopped, or will not work.</summary>
    Problem,
}

/// <summary>What is to be said about a boot.</summary>
/// <param name="State">How it goes.</param>
/// <param name="Text">What happened, in words.</param>
/// <param name="Remedy">The next thing to try, or null when there is nothing to do.</param>
public sealed record BootVerdict(BootState State, string Text, string? Remedy = null);
