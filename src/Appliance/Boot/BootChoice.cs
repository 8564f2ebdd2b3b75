using System.Security.Cryptography;
using System.Text;

namespace Appliance.Boot;

/// <summary>What was chosen in a menu: one way of starting one image.</summary>
/// <param name="Image">Id of the image.</param>
/// <param name="Way">Name of the way, <see cref="BootOption.Key"/>.</param>
/// <param name="Title">Both, in words for people.</param>
public sealed record BootChoice(string Image, string Way, string Title)
{
    private const int TokenBytes = 8;

    /// <summary>
    /// The name under which scripts report it: a digest, so that no name of a file has to be told from one language to another,
    /// and the same after a restart.
    /// </summary>
    public static string TokenOf(string image, string way) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{image}\n{way}")).AsSpan(0, TokenBytes));
}
