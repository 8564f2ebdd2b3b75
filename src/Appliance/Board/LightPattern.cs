using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Appliance.Board;

/// <summary>
/// What a light does, again and again: so long lit, so long dark, and so on. A pattern ends dark, so that the light of a box
/// whose daemon does not renew it goes out.
/// </summary>
/// <param name="Steps">Milliseconds, lit and dark in turn.</param>
internal sealed record LightPattern(ImmutableArray<int> Steps)
{
    public TimeSpan Length => TimeSpan.FromMilliseconds(Steps.Sum());

    /// <summary>The pattern of a condition (docs/box.md has the table).</summary>
    public static LightPattern Of(BoxCondition condition) => condition switch
    {
        BoxCondition.ReadyServer => new([2900, 100]),
        BoxCondition.ReadyProxy => new([2600, 100, 200, 100]),
        BoxCondition.Starting => new([100, 100, 100, 700]),
        BoxCondition.BootingSlowly => new([600, 300]),
        BoxCondition.Booting => new([200, 200]),
        BoxCondition.BootingFast => new([80, 80]),
        BoxCondition.ForeignServer => Flashes(3),
        BoxCondition.Storage => Flashes(2),
        BoxCondition.Error => Flashes(4),
        BoxCondition.Updating => new([1500, 500]),
        _ => new([50, 50]),
    };

    /// <summary>So many flashes, and a pause in which they can be told from the next.</summary>
    public static LightPattern Flashes(int count) =>
        new([.. Enumerable.Repeat(ImmutableArray.Create(150, 250), count).SelectMany(static flash => flash).SkipLast(1), 1200]);

    /// <summary>
    /// As the kernel's pattern trigger takes it (Documentation/ABI/testing/sysfs-class-led-trigger-pattern): brightness and
    /// milliseconds, each followed by the same brightness for no time, or the light would fade from one to the next.
    /// </summary>
    public string ToTrigger(int brightest)
    {
        var text = new StringBuilder();
        for (int i = 0; i < Steps.Length; i++)
        {
            int brightness = i % 2 == 0 ? brightest : 0;
            text.Append(CultureInfo.InvariantCulture, $"{brightness} {Steps[i]} {brightness} 0 ");
        }

        return text.ToString().TrimEnd();
    }
}
