using Appliance.E2E.Rig;

namespace Appliance.E2E;

/// <summary>
/// An installation without questions: the answers are given by the API, the menu's entry is started because the PC's next boot
/// says so, and the installer partitions the disk. Then it is stopped: what follows are Debian's packages.
/// </summary>
[Collection(RigSuite.Name)]
[Trait("Suite", "all")]
public sealed class UnattendedJourneys(RigFixture rig)
{
    private const string Pc = "52:54:00:70:62:01";

    /// <summary>Smallest that the recipe "atomic" takes, with room.</summary>
    private const int DiskMib = 4096;

    /// <summary>The installer unpacks a hundred components, emulated on two busy cores.</summary>
    private static readonly TimeSpan StageDeadline = TimeSpan.FromMinutes(12);

    /// <summary>
    /// Answers as of Debian's installation guide, appendix B. A hook tells when partitioning begins, another when it has
    /// ended, with what the kernel then knows of the disk.
    /// </summary>
    private const string Answers = """
        d-i debian-installer/locale string en_US.UTF-8
        d-i keyboard-configuration/xkb-keymap select us
        d-i debian-installer/allow_unauthenticated boolean true
        d-i mirror/country string manual
        d-i mirror/http/hostname string ${address}
        d-i mirror/http/directory string /boot/debian-preseed/archive
        d-i mirror/http/proxy string
        d-i mirror/suite string trixie
        d-i clock-setup/utc boolean true
        d-i clock-setup/ntp boolean false
        d-i time/zone string UTC
        d-i passwd/root-password password bench horse
        d-i passwd/root-password-again password bench horse
        d-i passwd/make-user boolean false
        d-i passwd/root-login boolean true
        d-i partman/early_command string \
          echo "PARTITIONING BEGINS FOR ${hostname}" > /dev/ttyS0; \
          printf '#!/bin/sh\necho "PARTITIONED: $(grep -c vda[0-9] /proc/partitions) partitions, $(grep /target /proc/mounts)" > /dev/ttyS0\n' > /lib/partman/finish.d/99told; \
          chmod +x /lib/partman/finish.d/99told
        d-i partman-auto/disk string /dev/vda
        d-i partman-auto/method string regular
        d-i partman-auto/choose_recipe select atomic
        d-i partman-partitioning/confirm_write_new_label boolean true
        d-i partman/choose_partition select finish
        d-i partman/confirm boolean true
        d-i partman/confirm_nooverwrite boolean true
        """;

    [Fact]
    public async Task Debian_partitions_a_disk_and_asks_nothing()
    {
        await SampleLibrary.BuildAsync("preseed");
        await using Daemon daemon = await Daemon.StartAsync(rig.Wire, "unattended", "media = " + SampleLibrary.PreseedMedia);
        await daemon.Log.WaitForAsync("Image debian-preseed", TimeSpan.FromSeconds(15));
        AdminCalls calls = await AdminCalls.SignInAsync(rig.Wire, daemon);
        await calls.RequireAsync("PUT", "/api/autoinstall?id=bench", new { kind = "preseed", content = Answers });
        await calls.RequireAsync("POST", "/api/autoinstall/assign", new { id = "bench", mac_address = Pc });
        await calls.RequireAsync("PUT", $"/api/clients?mac={Pc}", new { name = "Bench 7" });
        await calls.RequireAsync(
            "POST", "/api/clients/next-boot", new { mac_address = Pc, image_filename = SampleLibrary.Preseed, unattended = true });

        await using QemuPc pc = QemuPc.PowerOn(rig.Wire, Firmware.Bios, "unattended", diskMib: DiskMib);
        int seen = 0;
        foreach (string stage in new[] { "Starting Install debian-preseed unattended", "Linux version [0-9]", "PARTITIONING BEGINS FOR bench-7", "PARTITIONED: [2-9] partitions, /dev/vda1 /target " })
        {
            seen = await pc.WaitForAsync(stage, StageDeadline, seen);
        }
    }
}
