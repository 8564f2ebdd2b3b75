using Appliance.Formats.Evdev;

namespace Appliance.Formats.Tests.Evdev;

public sealed class InputEventTests
{
    /// <summary>BTN_0 goes down, as the kernels of both kinds of machines hand it up.</summary>
    [Theory]
    [InlineData(8, "0102030405060708" + "1112131415161718" + "0100" + "0001" + "01000000")]
    [InlineData(4, "01020304" + "11121314" + "0100" + "0001" + "01000000")]
    public void A_key_that_goes_down_is_read_on_machines_of_64_and_of_32_bits(int wordLength, string hexadecimal)
    {
        byte[] bytes = Convert.FromHexString(hexadecimal);
        Assert.Equal(bytes.Length, InputEvent.LengthFor(wordLength));
        Assert.True(InputEvent.TryParse(bytes, wordLength, out InputEvent read));
        Assert.Equal(new InputEvent(InputEvent.KeyType, 0x100, 1), read);
        Assert.True(read.IsKeyChange && read.IsDown);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(InputEvent.TryParse(bytes.AsSpan(0, length), wordLength, out _));
        }
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 2, false)]
    [InlineData(0, 0, false)]
    [InlineData(2, 1, false)]
    public void Only_a_key_that_comes_up_or_goes_down_changes(ushort type, int value, bool isChange) =>
        Assert.Equal(isChange, new InputEvent(type, 0x100, value).IsKeyChange);
}
