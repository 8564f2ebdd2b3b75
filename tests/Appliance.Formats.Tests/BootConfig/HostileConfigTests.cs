using System.Collections.Immutable;
using System.Text;
using Appliance.Formats.BootConfig;

namespace Appliance.Formats.Tests.BootConfig;

/// <summary>Boot configurations put together at random out of what the languages are made of.</summary>
public sealed class HostileConfigTests
{
    private static readonly string[] Pieces =
    [
        "menuentry ", "submenu ", "{", "}", "\n", ";", "'", "\"", "$a", "${a", "}", "\\", "\\\n", " ", "set a=", "eval ", "for a in b c; do ", "done",
        "source /grub.cfg", "configfile ../../x", "linux /k ", "linuxefi (hd0)/../k ", "initrd /i", "--class ", "if true; then ", "#", "\0", "\uFFFD", "ä",
        "label a\n", "kernel k\n", "append initrd=x a=b\n", "menu begin x\n", "menu title ^T\n", "menu end\n", "menu label ^L\n", "include isolinux.cfg\n",
        "config isolinux.cfg\n", "menu default\n", "default a\n", "initrd i,j\n",
    ];

    [Fact]
    public void Any_configuration_is_read_to_its_end_and_names_only_paths_inside_the_image()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            string text = Make(new Random(seed));
            Check(seed, GrubConfig.Read("/grub.cfg", path => path is "/grub.cfg" ? text : null));
            Check(seed, SyslinuxConfig.Read("/isolinux.cfg", path => path is "/isolinux.cfg" ? text : null));
        }
    }

    private static void Check(int seed, ImmutableArray<BootConfigEntry> entries)
    {
        Assert.True(entries.Length <= BootConfigLimits.MaxEntries, $"seed {seed}");
        Assert.All(entries.SelectMany(static entry => entry.Initrds.Append(entry.Kernel)), path =>
            Assert.True(path.StartsWith('/') && !path.Split('/').Contains(".."), $"seed {seed}: {path}"));
    }

    private static string Make(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(200); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }
}
