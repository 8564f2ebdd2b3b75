namespace Appliance.Images.Transfers;

/// <summary>There is no room for a file; the message says how much is missing where.</summary>
public sealed class NoRoomException(string message) : IOException(message);

/// <summary>A name that cannot be stored; the message says why.</summary>
public sealed class UnusableNameException(string message) : IOException(message);

/// <summary>A file of that name is there already.</summary>
public sealed class NameTakenException(string message) : IOException(message);

/// <summary>Somebody writes a file of that name at this moment, or too many write others.</summary>
public sealed class TransferBusyException(string message) : IOException(message);

/// <summary>The bytes are not those that were announced: another sum, another length.</summary>
public sealed class WrongContentException(string message) : IOException(message);

/// <summary>A part of a file that does not begin where the part before ended.</summary>
/// <param name="offset">Where the next part has to begin.</param>
public sealed class WrongOffsetException(long offset) : IOException($"the next byte that is missing is {offset}")
{
    public long Offset => offset;
}

/// <summary>A server that does not answer any more; the message says how often it was asked.</summary>
public sealed class SourceLostException(string message) : IOException(message);
