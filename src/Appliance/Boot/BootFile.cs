using System.Text;

namespace Appliance.Boot;

/// <summary>What a client is told to load, in the form in which DHCP tells it.</summary>
public sealed class BootFile
{
    private readonly byte[] _ascii;

    /// <param name="name">A name for TFTP, or an absolute URI.</param>
    /// <param name="isLoader">Whether it is a loader; otherwise the menu.</param>
    public BootFile(string name, bool isLoader)
    {
        Name = name;
        IsLoader = isLoader;

        // With its NUL: ROMs exist that read option 67 up to one, and iPXE, OVMF and U-Boot drop it.
        _ascii = Encoding.ASCII.GetBytes(name + '\0');
    }

    public string Name { get; }

    /// <summary>Whether it is a loader that asks again; otherwise the menu, where asking ends.</summary>
    public bool IsLoader { get; }

    /// <summary>The name without its NUL, for the fixed field <c>file</c>.</summary>
    public ReadOnlySpan<byte> Ascii => _ascii.AsSpan(0, _ascii.Length - 1);

    /// <summary>The name with its NUL, for option 67.</summary>
    public ReadOnlySpan<byte> AsciiWithNul => _ascii;
}
