namespace Appliance.Boot;

/// <summary>
/// The rules by which single-board computers make file names out of what they are. Each asks for a folder of its own; most
/// people have one set of files for all of a kind.
/// </summary>
/// <remarks>
/// U-Boot and PXELINUX need no rule here: they go on themselves from <c>pxelinux.cfg/01-{mac}</c> by the address in
/// hexadecimal to <c>pxelinux.cfg/default</c>, and find what lies in the loaders folder.
/// </remarks>
public static class BoardPath
{
    /// <summary>Folder among the loaders for what all Raspberry Pis get that have no folder of their own.</summary>
    public const string RaspberryPi = "raspberrypi";

    /// <summary>What a Raspberry Pi of before the fourth asks for before it knows its folder.</summary>
    private const string RaspberryPiFirst = "/bootcode.bin";

    private const int SerialLength = 8;
    private const int MacLength = 17;

    /// <summary>
    /// The name under which a file is common to all boards of that kind, or null. Raspberry Pis put the last eight digits of
    /// their serial number before each name, or their hardware address when their EEPROM is set so (TFTP_PREFIX=2).
    /// </summary>
    /// <param name="path">A normal path, which was not found as it is.</param>
    public static string? Common(string path)
    {
        if (path.Equals(RaspberryPiFirst, StringComparison.OrdinalIgnoreCase))
        {
            return $"/{RaspberryPi}{RaspberryPiFirst}";
        }

        int end = path.IndexOf('/', 1);
        return end > 0 && IsBoard(path.AsSpan(1, end - 1)) ? $"/{RaspberryPi}{path[end..]}" : null;
    }

    private static bool IsBoard(ReadOnlySpan<char> folder)
    {
        for (int i = 0; i < folder.Length; i++)
        {
            bool isDash = folder.Length == MacLength && i % 3 == 2;
            if (isDash ? folder[i] != '-' : !char.IsAsciiHexDigit(folder[i]))
            {
                return false;
            }
        }

        return folder.Length is SerialLength or MacLength;
    }
}
