using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>What the C library says of network interfaces.</summary>
internal static partial class NetworkLibrary
{
    /// <summary>if_nametoindex(3): 0 when there is none of that name.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint InterfaceNameToIndex(string name);
}
