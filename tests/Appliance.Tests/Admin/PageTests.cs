using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Appliance.Boot;
using Appliance.Boot.Timeline;

namespace Appliance.Tests.Admin;

/// <summary>The page, walked by a browser as a person would.</summary>
public sealed class PageTests
{
    private const string Accessible = """
        (() => {
          const problems = [];
          const named = e => (e.labels?.length ?? 0) > 0 || e.getAttribute('aria-label') || e.innerText?.trim() || e.getAttribute('alt') !== null && e.tagName === 'IMG';
          for (const e of document.querySelectorAll('input, select, textarea, button, a, img, progress, [role=img]'))
            if (e.checkVisibility() && !named(e)) problems.push(e.outerHTML.slice(0, 120));
          if (/\[object|undefined|NaN/.test(document.body.innerText)) problems.push(document.body.innerText);
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
          if (new Set(ids).size < ids.length) problems.push('an id is there twice');
          if (document.documentElement.scrollWidth > innerWidth) problems.push(`${document.documentElement.scrollWidth} wide on ${innerWidth}`);
          for (const e of document.querySelectorAll('button'))
            if (e.checkVisibility() && e.getBoundingClientRect().height < 38) problems.push(`too low to be touched: ${e.innerText}`);
          for (const e of document.querySelectorAll('p, span, button, a, td, h1, h2, label, summary')) {
            if (!e.checkVisibility() || !e.innerText.trim()) continue;
            const luminance = text => { const [r, g, b] = text.match(/[\d.]+/g).map(Number).map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            let back = e; while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
            const [a, b] = [getComputedStyle(e).color, back ? getComputedStyle(back).backgroundColor : 'rgb(255,255,255)'].map(luminance).sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) problems.push(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}: ${e.innerText.slice(0, 40)}`);
          }
          return problems;
        })()
        """;

    /// <summary>Links to the views, and a text of each.</summary>
    private static readonly (string Link, string Text)[] Views =
    [
        ("Overview", "Booting now"), ("Images", "Netboot Required"), ("Clients", "52:54:00:12:34:56"), ("Log", "Contains"), ("Settings", "Accounts"),
    ];

    [Fact]
    public async Task A_person_takes_over_a_new_box_brings_an_image_over_a_bad_cable_and_watches_a_PC_boot()
    {
        await using AdminBox box = await AdminBox.StartNewAsync();
        await using var cable = new CuttingProxy(box.Plane.Server.LocalEndPoints[0]);
        await using Browser browser = await Browser.StartAsync();
        await browser.ResizeAsync(1280, 800, isPhone: false);
        await browser.OpenAsync(cable.Address);
        await browser.TypeAsync("input[name=password]", AdminBox.Password);
        await browser.ShootAsync("1-claim");
        await browser.PressAsync("Enter", 13, "\r");
        await browser.WaitForTextAsync("No PC has asked yet");
        await AssertAccessibleAsync(browser);
        await browser.ShootAsync("2-empty");

        cable.CutAfter = 3_000_000;
        cable.Cuts = 1;
        await DropAsync(browser, "bench.img", 8_000_000);
        await browser.WaitForTextAsync("Upload 1 image(s)");
        await browser.TypeAsync("input[name=folder]", "tools");
        await browser.ClickAsync("Upload");
        await browser.WaitForTextAsync("tools/bench.img is there");
        Assert.Equal(0, cable.Cuts);
        Assert.Equal(8_000_000, new FileInfo(Path.Combine(box.Isos, "tools/bench.img")).Length);
        Assert.All(await File.ReadAllBytesAsync(Path.Combine(box.Isos, "tools/bench.img")), static b => Assert.Equal(7, b));
        await browser.WaitForTextAsync("raw disk image");

        AddBoot(box);
        await browser.WaitForTextAsync("192.168.100.7");
        Assert.True((await browser.EvaluateAsync("document.querySelectorAll('.timeline rect').length > 2")).GetBoolean());
        await AssertAccessibleAsync(browser);
        await browser.ShootAsync("3-booting");
        Assert.DoesNotContain(browser.Errors, static error => !error.Contains("/api/images/upload", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_view_works_on_a_phone_in_the_dark_and_with_hostile_names()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        await using AdminBox box = await AdminBox.StartAsync();
        await box.AddImageAsync("debian-12.7.0-netinst", "linux/debian.iso");
        await box.SendAsync("PUT", "/api/images?filename=linux/debian.iso", new { name = Hostile, description = Hostile });
        await box.SendAsync("POST", "/api/clients", new { mac_address = "52:54:00:12:34:56", name = Hostile });
        AddBoot(box);
        await using Browser browser = await Browser.StartAsync();
        await browser.ResizeAsync(390, 844, isPhone: true);
        await browser.SetDarkAsync();
        await browser.OpenAsync(box.Address);
        await browser.TypeAsync("input[name=username]", "admin");
        await browser.TypeAsync("input[name=password]", AdminBox.Password);
        await browser.PressAsync("Enter", 13, "\r");
        foreach ((string link, string text) in Views)
        {
            await browser.ClickAsync(link);
            await browser.WaitForTextAsync(text);
            await AssertAccessibleAsync(browser);
            await browser.ShootAsync($"phone-{link.ToLowerInvariant()}");
        }

        await browser.ClickAsync("Images");
        await browser.ClickAsync("Edit");
        await browser.TypeAsync("dialog input[name=name]", "Debian for all");
        await browser.ClickAsync("Save");
        await browser.WaitForAsync("!document.querySelector('dialog')");
        await browser.WaitForTextAsync("Debian for all");
        Assert.Contains("Debian for all (", box.Menu(), StringComparison.Ordinal);
        foreach ((string language, string word) in ((string, string)[])[("de", "Abbilder"), ("zh", "镜像")])
        {
            await browser.EvaluateAsync($"localStorage.setItem('language', '{language}'), location.reload()");
            await browser.WaitForTextAsync(word);
            await AssertAccessibleAsync(browser);
        }

        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task An_upload_never_goes_on_with_the_bytes_of_another_file_of_that_name()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        using HttpClient client = box.Client();
        using HttpResponseMessage begun = await client.PatchAsync("/api/images/upload?filename=bench.img&offset=0&size=8000000", new ByteArrayContent(new byte[1000]));
        Assert.Equal(202, (int)begun.StatusCode);
        await using Browser browser = await SignInAsync(box);
        await DropAsync(browser, "bench.img", 8_000_000);
        await browser.ClickAsync("Upload");
        await browser.WaitForTextAsync("bench.img is there");
        Assert.All(await File.ReadAllBytesAsync(Path.Combine(box.Isos, "bench.img")), static b => Assert.Equal(7, b));
    }

    [Fact]
    public async Task A_name_that_cannot_be_is_said_at_once_and_a_cancelled_upload_leaves_nothing()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        await using var cable = new CuttingProxy(box.Plane.Server.LocalEndPoints[0]);
        await using Browser browser = await SignInAsync(box, cable.Address);
        await DropAsync(browser, "a:b.img", 1000);
        await browser.ClickAsync("Upload");
        await browser.WaitForTextAsync("must not hold");

        cable.CutAfter = 3_000_000;
        cable.Cuts = 100;
        await DropAsync(browser, "bench.img", 8_000_000);
        await browser.ClickAsync("Upload");
        await browser.WaitForTextAsync("trying again");
        await browser.ClickAsync("Cancel");
        await browser.WaitForAsync("!document.querySelector('#transfers').innerText.includes('bench.img')");
        Assert.Empty(Directory.GetFileSystemEntries(box.Isos));
    }

    [Fact]
    public async Task Another_name_for_a_client_leaves_its_next_boot_and_its_images_as_they_are()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        var mac = PhysicalAddress.Parse("525400123456");
        await box.SendAsync("POST", "/api/clients", new { mac_address = "52:54:00:12:34:56", name = "old", allowed_images = new[] { "away.iso" } });
        await box.SendAsync("POST", "/api/clients/next-boot", new { mac_address = "52:54:00:12:34:56", image_filename = "local", once = false });
        await using Browser browser = await SignInAsync(box);
        await browser.ClickAsync("Clients");
        await browser.WaitForTextAsync("52:54:00:12:34:56");
        await browser.ClickAsync("Edit");
        await browser.TypeAsync("dialog input[name=name]", "new");
        await browser.ClickAsync("Save");
        await browser.WaitForTextAsync("new");
        await browser.WaitForAsync("!document.querySelector('dialog')");
        Assert.False(box.NextBoots.List().Single(boot => boot.Mac.Equals(mac)).Once);
        Assert.Equal("away.iso", Assert.Single(box.Records.Current.Clients["52:54:00:12:34:56"].Images));
    }

    [Theory]
    [Trait("Suite", "all")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_finds_nothing_serious_in_any_view(bool isDark)
    {
        string axe = await File.ReadAllTextAsync(Path.Combine(TestData.Root, "artifacts/axe/node_modules/axe-core/axe.min.js"));
        await using AdminBox box = await AdminBox.StartAsync();
        await box.AddImageAsync("debian-12.7.0-netinst", "linux/debian.iso");
        await box.SendAsync("POST", "/api/clients", new { mac_address = "52:54:00:12:34:56", name = "bench" });
        AddBoot(box);
        await using Browser browser = await Browser.StartAsync();
        if (isDark)
        {
            await browser.SetDarkAsync();
        }

        await browser.OpenAsync(box.Address);
        await browser.WaitForAsync("document.querySelector('input[name=password]')");
        await browser.EvaluateAsync(axe);
        await AssertAxeAsync(browser, "sign in");
        await browser.TypeAsync("input[name=password]", AdminBox.Password);
        await browser.PressAsync("Enter", 13, "\r");
        foreach ((string link, string text) in Views)
        {
            await browser.ClickAsync(link);
            await browser.WaitForTextAsync(text);
            await AssertAxeAsync(browser, link);
        }

        await browser.ClickAsync("Images");
        await browser.ClickAsync("Edit");
        await browser.WaitForAsync("document.querySelector('dialog')");
        await AssertAxeAsync(browser, "the dialog of an image");
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough_to_sign_in_and_reach_every_view()
    {
        await using AdminBox box = await AdminBox.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(box.Address);
        await browser.TypeAsync("input[name=password]", AdminBox.Password);
        await browser.PressAsync("Enter", 13, "\r");
        await browser.WaitForTextAsync("Booting now");
        var reached = new HashSet<string>();
        for (int i = 0; i < 14; i++)
        {
            await browser.PressAsync("Tab", 9);
            reached.Add((await browser.EvaluateAsync("document.activeElement.innerText || document.activeElement.tagName")).GetString()!);
        }

        Assert.Superset(new HashSet<string> { "Overview", "Images", "Clients", "Log", "Settings", "Sign out" }, reached);
        await browser.ClickAsync("Sign out");
        await browser.WaitForTextAsync("The first password");
        Assert.Empty(browser.Errors);
    }

    private static async Task<Browser> SignInAsync(AdminBox box, Uri? address = null)
    {
        Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(address ?? box.Address);
        await browser.TypeAsync("input[name=password]", AdminBox.Password);
        await browser.PressAsync("Enter", 13, "\r");
        await browser.WaitForTextAsync("Booting now");
        return browser;
    }

    private static void AddBoot(AdminBox box)
    {
        var pc = new NetbootClient { Mac = PhysicalAddress.Parse("525400123456"), Stage = ClientStage.Pxe, Firmware = ClientFirmware.UefiX64 };
        box.Timeline.Add(BootStep.AddressOffered, pc, "192.168.100.7", IPAddress.Parse("192.168.100.7"), "ipxe.efi");
        box.Time.Advance(TimeSpan.FromSeconds(1));
        box.Timeline.Add(BootStep.AddressGranted, pc, "192.168.100.7", IPAddress.Parse("192.168.100.7"), "ipxe.efi");
        box.Time.Advance(TimeSpan.FromSeconds(2));
        box.Timeline.Add(new BootFetch(IPAddress.Parse("192.168.100.7"), BootProtocol.Tftp, "/ipxe.efi", 0, 200_000, 200_000, BootFetchOutcome.Complete));
    }

    private static Task<JsonElement> DropAsync(Browser browser, string name, int length) => browser.EvaluateAsync($$"""
        (() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array({{length}}).fill(7)], '{{name}}'));
          for (const type of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        })()
        """);

    private static async Task AssertAccessibleAsync(Browser browser)
    {
        JsonElement problems = await browser.EvaluateAsync(Accessible);
        Assert.True(problems.GetArrayLength() == 0, problems.GetRawText());
    }
    /// <summary>axe-core, which must be in the page already.</summary>
    private static async Task AssertAxeAsync(Browser browser, string view)
    {
        JsonElement found = await browser.EvaluateAsync("""
            axe.run().then(result => result.violations.filter(v => ['serious', 'critical'].includes(v.impact))
              .map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`))
            """);
        Assert.True(found.GetArrayLength() == 0, $"{view}: {found.GetRawText()}");
        Assert.True((await browser.EvaluateAsync("axe.run().then(result => result.passes.length > 10)")).GetBoolean());
    }
}
