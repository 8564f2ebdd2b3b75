namespace Appliance.Options;

/// <summary>What a gesture on the button does.</summary>
public enum ButtonAction
{
    None,

    /// <summary>The next DHCP mode: auto, server, proxy, and auto again.</summary>
    Mode,

    /// <summary>An image starts by itself, or the local disk.</summary>
    Image,

    /// <summary>The box is switched off safely.</summary>
    Shutdown,

    /// <summary>Network and DHCP settings, and the password of the account admin, are as on a new box.</summary>
    Reset,
}

/// <summary>Light and button of a box without a screen. Their names are the board's (board.env); a host has none.</summary>
public sealed record BoardOptions
{
    /// <summary>Name in /sys/class/leds of the light that shows how the box does, or null.</summary>
    public string? StatusLed { get; init; }

    /// <summary>Name of the input device with the button, as in /sys/class/input/*/name, or null.</summary>
    public string? Button { get; init; }

    public ButtonAction Short { get; init; } = ButtonAction.Mode;

    public ButtonAction Double { get; init; } = ButtonAction.Image;

    public ButtonAction Long { get; init; } = ButtonAction.Shutdown;

    public ButtonAction VeryLong { get; init; } = ButtonAction.Reset;
}
