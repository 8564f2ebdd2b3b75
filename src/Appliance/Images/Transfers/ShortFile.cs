namespace Appliance.Images.Transfers;

/// <summary>Reads short files by HTTP: lists of sums.</summary>
internal static class ShortFile
{
    /// <exception cref="IOException">It cannot be had, or is longer than <paramref name="most"/> bytes.</exception>
    public static async Task<byte[]> ReadAsync(HttpClient client, Uri url, int most, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(FetchFile.Stall);
        try
        {
            await using Stream stream = await client.GetStreamAsync(url, stall.Token);
            byte[] buffer = new byte[most];
            int length = await stream.ReadAtLeastAsync(buffer, most, throwOnEndOfStream: false, stall.Token);
            return length < most ? buffer[..length] : throw new IOException($"{url} is longer than {most} bytes");
        }
        catch (HttpRequestException failure)
        {
            throw new IOException($"{url}: {failure.Message}", failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{url} does not answer: is the box connected to the internet?");
        }
    }
}
