using System.Collections.Frozen;
using System.Text;
using Appliance.Boot;
using Appliance.Boot.Profiles;
using Appliance.Images;
using Appliance.Options;
using Appliance.Tests.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Tests.Boot;

/// <summary>What a PC with Secure Boot is offered: only what its shim accepts; the rest is listed with the reason.</summary>
public sealed class SecureBootMenuTests : IDisposable
{
    private static readonly FrozenSet<string> Trusted = FrozenSet.ToFrozenSet(["Debian Secure Boot CA"]);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_of_a_trusted_signer_can_be_started() =>
        Assert.Contains(
            "chainloader (http,192.168.100.1)/boot/tool/EFI/BOOT/bootx64.efi",
            await MenuAsync(SampleKernels.Signed("Debian Secure Boot Signer 2022", "Debian Secure Boot CA")), StringComparison.Ordinal);

    [Fact]
    public async Task A_program_of_another_signer_is_listed_with_the_reason()
    {
        string menu = await MenuAsync(SampleKernels.Signed("Canonical Ltd. Secure Boot Signing"));
        Assert.DoesNotContain("/boot/tool/", menu, StringComparison.Ordinal);
        Assert.Contains("not here: Secure Boot accepts nothing in it; switch Secure Boot off", menu, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_without_a_signature_is_listed_with_the_reason() =>
        Assert.Contains("not here: Secure Boot accepts nothing in it", await MenuAsync(SampleKernels.Pe(0x8664)), StringComparison.Ordinal);

    [Fact]
    public async Task A_signature_outside_the_file_counts_as_none() =>
        Assert.Contains(
            "not here: Secure Boot accepts nothing in it",
            await MenuAsync(SampleKernels.Signed("Debian Secure Boot CA")[..2048]), StringComparison.Ordinal);

    [Fact]
    public async Task Without_secure_boot_no_signature_is_asked_for() =>
        Assert.Contains(
            "chainloader (http,192.168.100.1)/boot/tool/EFI/BOOT/bootx64.efi",
            await MenuAsync(SampleKernels.Pe(0x8664), secure: false), StringComparison.Ordinal);

    private async Task<string> MenuAsync(byte[] program, bool secure = true)
    {
        _folder.Write("tree/EFI/BOOT/bootx64.efi", program);
        _folder.Write("tree/boot/floppy.img", new byte[1474560]);
        Directory.CreateDirectory(_folder["isos"]);
        Tool.Run("xorriso", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "MT86PLUS_64", "-o", _folder["isos/tool.iso"], _folder["tree"]);
        File.SetLastWriteTimeUtc(_folder["isos/tool.iso"], DateTime.UtcNow.AddMinutes(-1));
        using var library = new ImageLibrary(new StorageOptions { Media = _folder.Path }, TimeProvider.System, NullLogger<ImageLibrary>.Instance);
        await library.ScanAsync(CancellationToken.None);
        var menus = new BootMenus(new BootServices("http://192.168.100.1"), new ProfileFiles("/none"), new MenuOptions(), TimeProvider.System);
        menus.Update(library.Current.Images);
        using Payload menu = secure ? menus.OpenSecureGrub(ClientFirmware.UefiX64, Trusted) : menus.OpenGrub(ClientFirmware.UefiX64);
        byte[] bytes = new byte[menu.Length];
        menu.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
