using System.Net.Sockets;
using Appliance.Boot;
using Appliance.Formats.Link;
using Appliance.Options;

namespace Appliance;

/// <summary><c>plugboot wake MAC</c>: switches a machine on; needs no daemon.</summary>
internal static class WakeCommand
{
    public static int Run(ApplianceOptions options, MacAddress station, TextWriter output, TextWriter error)
    {
        try
        {
            WakeOnLan.Send(options.Network, station);
            output.WriteLine($"sent a magic packet for {station} to {options.Network.Broadcast}; its firmware must have Wake-on-LAN switched on");
            return 0;
        }
        catch (SocketException failure)
        {
            error.WriteLine($"plugboot: {station} could not be woken from {options.Network.Address}: {failure.Message}; see plugboot doctor");
            return 1;
        }
    }
}
