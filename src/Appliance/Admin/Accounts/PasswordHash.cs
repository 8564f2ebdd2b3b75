using System.Globalization;
using System.Security.Cryptography;

namespace Appliance.Admin.Accounts;

/// <summary>Hashes of passwords by PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2): <c>pbkdf2-sha256$rounds$salt$key</c>.</summary>
internal static class PasswordHash
{
    /// <summary>
    /// Rounds for new hashes. 600,000: OWASP's figure for this function (Password Storage Cheat Sheet, 2023). Each hash
    /// keeps its own number, so that this one may grow.
    /// </summary>
    public const int DefaultRounds = 600_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltLength = 16;
    private const int KeyLength = 32;

    public static string Make(string password, int rounds = DefaultRounds)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, KeyLength);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(key)}");
    }

    /// <summary>A hash that no password is known for, and that takes as long to check as any.</summary>
    public static string Unknown(int rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${rounds}${Convert.ToBase64String(RandomNumberGenerator.GetBytes(SaltLength))}${Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength))}");

    /// <summary>Whether it is the password; false for a hash that is none.</summary>
    public static bool Verify(string password, string hash)
    {
        if (hash.Split('$') is not [Scheme, var roundsText, var saltText, var keyText]
            || !int.TryParse(roundsText, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) || rounds < 1)
        {
            return false;
        }

        byte[] expected = Convert.FromBase64String(keyText);
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(saltText), rounds, HashAlgorithmName.SHA256, expected.Length);
        return CryptographicOperations.FixedTimeEquals(key, expected);
    }
}
