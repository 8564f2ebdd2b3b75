namespace Appliance.Formats.Nfs;

/// <summary>Procedures of the port mapper, version 2 (RFC 1833 §3.2).</summary>
public enum PortmapProcedure : uint
{
    Null = 0,
    Set = 1,
    Unset = 2,
    GetPort = 3,
    Dump = 4,
    CallIt = 5,
}

/// <summary>
/// One program's port.
/// <code>
///  0        4        8              12
/// +--------+--------+--------------+--------+
/// | prog   | vers   | IP protocol  | port   |
/// +--------+--------+--------------+--------+
/// </code>
/// Source: RFC 1833 §3.1.
/// </summary>
public readonly record struct PortmapMapping(uint Program, uint Version, uint Protocol, uint Port)
{
    public const uint ProgramNumber = 100000;
    public const uint ProgramVersion = 2;

    /// <summary>The port that clients ask without being told.</summary>
    public const int WellKnownPort = 111;

    /// <summary>Values of <see cref="Protocol"/>.</summary>
    public const uint Tcp = 6, Udp = 17;

    /// <summary>Parses the arguments of <see cref="PortmapProcedure.GetPort"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> arguments, out PortmapMapping mapping)
    {
        var reader = new XdrReader(arguments);
        mapping = new PortmapMapping(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
        return !reader.Failed;
    }

    public void Write(ref XdrWriter writer)
    {
        writer.WriteUInt32(Program);
        writer.WriteUInt32(Version);
        writer.WriteUInt32(Protocol);
        writer.WriteUInt32(Port);
    }
}
