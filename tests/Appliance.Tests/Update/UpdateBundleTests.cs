using Appliance.Update;

namespace Appliance.Tests.Update;

public sealed class UpdateBundleTests : IDisposable
{
    private readonly SampleBundle _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void A_bundle_with_the_right_signature_is_opened()
    {
        using UpdateBundle bundle = UpdateBundle.Open(_sample.Make(), _sample.PublicKey);
        Assert.Equal(("pc", "0.2.0"), (bundle.Manifest.Board, bundle.Manifest.Version));
    }

    [Fact]
    public void A_manifest_that_was_changed_after_signing_is_refused()
    {
        string path = _sample.Make(tampered: SampleBundle.Manifest.Replace("0.2.0", "0.3.0", StringComparison.Ordinal));
        Assert.Contains("not signed", Assert.Throws<IOException>(() => UpdateBundle.Open(path, _sample.PublicKey)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_of_somebody_else_is_refused()
    {
        using var other = new SampleBundle();
        Assert.Contains("not signed", Assert.Throws<IOException>(() => UpdateBundle.Open(_sample.Make(), other.PublicKey)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_length_than_was_signed_is_refused()
    {
        using UpdateBundle bundle = UpdateBundle.Open(_sample.Make(root: [1, 2, 3]), _sample.PublicKey);
        Assert.Throws<IOException>(() => bundle.ReadFiles().Count());
    }

    [Fact]
    public void A_header_that_is_damaged_behind_the_signature_is_refused_and_never_crashes()
    {
        const int Length = 124; // of the member's size in its header, in octal digits (POSIX.1-1988, ustar)
        string path = _sample.Make();
        byte[] bytes = File.ReadAllBytes(path);

        // Before it are manifest and signature, each a header and a block.
        bytes[(4 * 512) + Length] = (byte)'9';
        File.WriteAllBytes(path, bytes);
        using UpdateBundle bundle = UpdateBundle.Open(path, _sample.PublicKey);
        Assert.Throws<IOException>(() => bundle.ReadFiles().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(1600)]
    [InlineData(50_000)]
    public void A_bundle_that_is_cut_short_is_refused_and_never_crashes(int length)
    {
        string path = _sample.Make();
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.ThrowsAny<IOException>(() =>
        {
            using UpdateBundle bundle = UpdateBundle.Open(path, _sample.PublicKey);
            foreach ((_, Stream content) in bundle.ReadFiles())
            {
                content.CopyTo(Stream.Null);
            }
        });
    }
}
