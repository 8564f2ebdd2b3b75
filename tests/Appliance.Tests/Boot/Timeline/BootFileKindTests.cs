using Appliance.Boot.Timeline;

namespace Appliance.Tests.Boot.Timeline;

public sealed class BootFileKindTests
{
    [Theory]
    [InlineData("/menu.ipxe", "menu")]
    [InlineData("/grub/menu-x86_64.cfg", "menu")]
    [InlineData("/undionly.kpxe", "loader")]
    [InlineData("/boot/x/vmlinuz", "payload")]
    [InlineData("/boot/x/isolinux/isolinux.cfg", "payload")]
    [InlineData("/isos/x.iso", "payload")]
    [InlineData("/inject/x/injected.cpio", "payload")]
    [InlineData("/autoinstall/x/preseed.cfg", "payload")]
    public void A_path_is_a_menu_a_loader_or_what_an_image_needs(string path, string kind) => Assert.Equal(
        kind, BootFileKind.IsMenu(path) ? "menu" : BootFileKind.IsPayload(path) ? "payload" : BootFileKind.IsLoader(path) ? "loader" : "nothing");
}
