using System.Text;
using Appliance.Formats.Checksums;

namespace Appliance.Formats.Tests.Checksums;

/// <summary>Lists of SHA-256 sums as sha256sum(1), BSD's sha256(1) and distributions write them.</summary>
public class ChecksumListTests
{
    private const string One = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Two = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    /// <summary>The shape of Fedora's CHECKSUM files: signed in clear text, lengths as comments.</summary>
    private const string Fedora = $"""
        -----BEGIN PGP SIGNED MESSAGE-----
        Hash: SHA256

        # Fedora-Live.iso: 2222222 bytes
        SHA256 (Fedora-Live.iso) = {One}
        SHA512 (Fedora-Live.iso) = {Two}{Two}
        -----BEGIN PGP SIGNATURE-----

        iQIzBAEBCAAdFiEE
        -----END PGP SIGNATURE-----
        """;

    [Theory]
    [InlineData($"{One}  debian.iso", "debian.iso")]
    [InlineData($"{One} *debian.iso", "debian.iso")]
    [InlineData($"{One} debian.iso", "debian.iso")]
    [InlineData($"{One}  debian.iso\r", "debian.iso")]
    [InlineData($"{One}  two words.iso", "two words.iso")]
    [InlineData($"\\{One}  a\\nb\\\\c\\r.iso", "a\nb\\c\r.iso")]
    [InlineData($"{One}  a\\nb.iso", "a\\nb.iso")]
    [InlineData($"SHA256 (debian.iso) = {One}", "debian.iso")]
    [InlineData($"SHA256 (odd) = name.iso) = {One}", "odd) = name.iso")]
    [InlineData($"\\SHA256 (a\\nb) = {One}", "a\nb")]
    [InlineData($"{One}  ünï.iso", "ünï.iso")]
    [InlineData(One, "")]
    public void A_sum_and_its_name_are_read_in_each_form(string line, string name)
    {
        Assert.True(ChecksumLine.TryParse(Encoding.UTF8.GetBytes(line), out ChecksumLine parsed, out string? reason));
        Assert.Null(reason);
        Assert.Equal((One, name), (Encoding.ASCII.GetString(parsed.Digest), parsed.DecodeName()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# a comment")]
    [InlineData("0123  short.iso")]
    [InlineData($"{One}{Two}  sha512.iso")]
    [InlineData($"{One}\u00a0odd blank.iso")]
    [InlineData("SHA256 (debian.iso) = 0123")]
    [InlineData($"SHA256 () = {One}")]
    [InlineData($"SHA256 (debian.iso) = {One} ")]
    [InlineData("SHA256 (debian.iso")]
    [InlineData($"SHA512 (debian.iso) = {One}")]
    [InlineData("\\")]
    public void Other_lines_are_refused_with_a_reason(string line)
    {
        Assert.False(ChecksumLine.TryParse(Encoding.UTF8.GetBytes(line), out _, out string? reason));
        Assert.NotNull(reason);
    }

    [Theory]
    [InlineData($"\\{One}  a\\nb.iso\r")]
    [InlineData($"\\SHA256 (a\\nb) = c) = {One}")]
    public void Every_prefix_of_a_line_is_read_or_refused_with_a_reason(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        for (int length = 0; length <= bytes.Length; length++)
        {
            bool parsed = ChecksumLine.TryParse(bytes.AsSpan(0, length), out ChecksumLine view, out string? reason);
            Assert.Equal(parsed, reason is null);
            Assert.True(!parsed || view.Digest.Length == ChecksumLine.DigestDigits);
            view.DecodeName();
        }
    }

    [Fact]
    public void Garbage_is_an_empty_list_or_names_sums_of_full_length()
    {
        var random = new Random(8);
        byte[] seed = Encoding.UTF8.GetBytes(Fedora + $"\n{Two} *other.iso\n");
        for (int run = 0; run < 5000; run++)
        {
            byte[] text = [.. seed];
            for (int i = 0; i < 8; i++)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            ChecksumList list = ChecksumList.Read(text.AsSpan(0, random.Next(text.Length + 1)));
            Assert.All(list.Find("Fedora-Live.iso").Concat(list.Find("other.iso")).Concat(list.Nameless), static sum => Assert.Equal(64, sum.Length));
        }
    }

    [Fact]
    public void Fedoras_signed_list_names_its_image()
    {
        ChecksumList list = Read(Fedora);
        Assert.Equal(One, Assert.Single(list.Find("Fedora-Live.iso")));
        Assert.Empty(list.Find("fedora-live.iso"));
        Assert.Empty(list.Nameless);
    }

    [Fact]
    public void A_name_counts_with_its_folders_only_where_no_line_has_it_alone()
    {
        ChecksumList list = Read($"{One}  ./mini.iso\n{Two}  ./gtk/mini.iso\n{Two}  ../../etc/passwd\n");
        Assert.Equal(One, Assert.Single(list.Find("mini.iso")));
        Assert.Equal(Two, Assert.Single(list.Find("passwd")));
        ChecksumList tree = Read($"{One}  ./netboot/mini.iso\n{Two.ToUpperInvariant()}  ./netboot/gtk/mini.iso\n");
        Assert.Equal<string>([One, Two], tree.Find("mini.iso"));
    }

    [Fact]
    public void A_sum_without_a_name_is_kept_apart()
    {
        ChecksumList list = Read("\ufeff" + One.ToUpperInvariant() + "\r\n");
        Assert.Equal(One, Assert.Single(list.Nameless));
        Assert.Empty(list.Find(""));
    }

    [Fact]
    public void A_list_as_long_as_may_be_of_one_name_is_read_quickly()
    {
        var text = new StringBuilder();
        for (int i = 0; text.Length < ChecksumList.MaxLength; i++)
        {
            text.Append(i.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)).Append("  a\n");
        }

        Assert.Equal(ChecksumList.MaxSumsOfName, Read(text.ToString()).Find("a").Length);
    }

    private static ChecksumList Read(string text) => ChecksumList.Read(Encoding.UTF8.GetBytes(text));
}
