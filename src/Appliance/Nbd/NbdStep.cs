namespace Appliance.Nbd;

/// <summary>How far a session is.</summary>
internal enum NbdPhase
{
    /// <summary>Options are haggled over.</summary>
    Handshake,

    /// <summary>An export was taken; what follows are requests.</summary>
    Transmission,

    /// <summary>There is nothing more to say.</summary>
    Ended,
}

/// <summary>What one <see cref="NbdHandshake.Step"/> did. Neither: it waits for more input.</summary>
/// <param name="Consumed">Bytes of the input that are done with.</param>
/// <param name="Written">Bytes of the output to be sent.</param>
internal readonly record struct NbdStep(int Consumed, int Written);
