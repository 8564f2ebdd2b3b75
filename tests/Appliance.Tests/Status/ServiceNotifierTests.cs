using System.Net.Sockets;
using System.Text;
using Appliance.Status;

namespace Appliance.Tests.Status;

public sealed class ServiceNotifierTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_says_ready_alive_and_stopping_to_the_socket(bool isAbstract)
    {
        string name = Path.Combine(Path.GetTempPath(), $"plugboot-notify-{Guid.NewGuid():n}");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
        using var notifier = new ServiceNotifier(isAbstract ? "@" + name : name, "30000000");
        notifier.Ready("serving");
        notifier.Alive();
        notifier.Stopping();
        Assert.Equal(["READY=1\nSTATUS=serving", "WATCHDOG=1", "STOPPING=1"], [Receive(manager), Receive(manager), Receive(manager)]);
        Assert.Equal(TimeSpan.FromSeconds(15), notifier.WatchdogInterval);
        File.Delete(name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/at/all")]
    public void Without_a_manager_it_does_nothing(string? path)
    {
        using var notifier = new ServiceNotifier(path, "nonsense");
        notifier.Ready("serving");
        Assert.Null(notifier.WatchdogInterval);
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
