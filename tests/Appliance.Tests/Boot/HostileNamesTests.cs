using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>
/// V-13: an image with a label, a menu and a name that are attempts at the scripts' languages, and the harmless scripts that
/// are made of it, as files to read: tests/testdata/menus.
/// </summary>
public sealed class HostileNamesTests : IAsyncLifetime, IDisposable
{
    private const string Name = "a' || shell && ${net0$(reboot)} ; `id` \"%0a\" } #";

    private readonly TestFolder _folder = new();
    private readonly ImageLibrary _library;
    private readonly BootMenus _menus = new(new BootServices("http://192.168.100.1"), new ProfileFiles("/none"), new MenuOptions(), TimeProvider.System);

    public HostileNamesTests() =>
        _library = new ImageLibrary(new StorageOptions { Media = _folder.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);

    public async Task InitializeAsync()
    {
        _folder.Write("tree/boot/vmlinuz ${x} || y", SampleKernels.X64);
        _folder.Write("tree/boot/initrd';reboot;'", "x");
        _folder.Write("tree/boot.record", new byte[2048]);
        _folder.Write("tree/isolinux/isolinux.cfg", """
            label one
              menu label Live' ; reboot ; ' ${x} || shell && exit } menuentry
              kernel "/boot/vmlinuz ${x} || y"
              append initrd=/boot/initrd quiet ${net0/mac} || shell && reboot $(id) `id` 'a;b'
            label two
              linux /boot/plain
              initrd /boot/initrd';reboot;'
              append a${x}b ok || && "q" $d \\ ; 'x'
            """);
        _folder.Write("tree/boot/plain", SampleKernels.X64);
        Directory.CreateDirectory(_folder[$"isos/{Name}"]);
        Tool.Run("xorriso", "xorriso", "-report_about", "FATAL", "-as", "mkisofs", "-quiet", "-R", "-V", "';reboot;' ${x} || shell", "-b", "boot.record", "-no-emul-boot",
            "-o", _folder[$"isos/{Name}/{Name}.iso"], _folder["tree"]);
        File.SetLastWriteTimeUtc(_folder[$"isos/{Name}/{Name}.iso"], DateTime.UtcNow.AddMinutes(-1));
        await _library.ScanAsync(CancellationToken.None);
        _menus.Update(_library.Current.Images);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _library.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void V_13_names_and_labels_make_this_harmless_iPXE_menu() =>
        TestData.AssertGolden("tests/testdata/menus/hostile.ipxe", Text(_menus.OpenIpxe(new ClientMachine(ClientFirmware.Bios))));

    [Fact]
    public void V_13_names_and_labels_make_this_harmless_GRUB_menu() =>
        TestData.AssertGolden("tests/testdata/menus/hostile.cfg", Text(_menus.OpenGrub(ClientFirmware.UefiX64)));

    [Fact]
    public void V_13_names_and_what_is_looked_for_make_this_harmless_search() =>
        TestData.AssertGolden("tests/testdata/menus/hostile-search.ipxe", Text(_menus.OpenFound(new ClientMachine(ClientFirmware.Bios), "a' || ${x}", null)));

    private static string Text(Payload payload)
    {
        using (payload)
        {
            byte[] bytes = new byte[payload.Length];
            payload.Read(0, bytes);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
