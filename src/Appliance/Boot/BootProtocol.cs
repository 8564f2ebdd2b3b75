namespace Appliance.Boot;

/// <summary>Which server a client asks; the same name may mean another thing to another protocol.</summary>
public enum BootProtocol
{
    Tftp,
    Http,
}
