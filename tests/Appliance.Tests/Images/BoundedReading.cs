using System.Diagnostics;
using Appliance.Formats;
using Appliance.Formats.Iso9660;
using Appliance.Images;

namespace Appliance.Tests.Images;

/// <summary>Reads images made to hurt, and holds the reader to its limits (V-16).</summary>
internal static class BoundedReading
{
    private const long MaxBytes = 64L << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    /// <summary>Reads an image and holds the reader to its limits of time and memory.</summary>
    public static (ImageTree? Tree, IsoDefect? Defect) Read(byte[] image)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        ImageTree.TryRead(new MemorySectorSource(image), out ImageTree? tree, out IsoDefect? defect, default);
        Assert.True(watch.Elapsed < MaxTime, $"{defect} took {watch.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MaxBytes, $"{defect} took too much memory");
        return (tree, defect);
    }

    /// <summary>What a tree says of itself must agree, and stay inside the image.</summary>
    public static void AssertConsistent(ImageTree tree, int imageLength, string what)
    {
        int seen = 1;
        var directories = new Queue<ImageNode>([tree.Root]);
        while (directories.TryDequeue(out ImageNode directory))
        {
            foreach (ImageNode child in directory.Children)
            {
                seen++;
                Assert.False(child.Name is "" or "." or ".." || child.Name.Contains('/', StringComparison.Ordinal), what);
                Assert.True(child.Extents.All(extent => extent.Length > 0 && (extent.IsZeros || extent.IsInside(imageLength))), what);
                Assert.Equal(child.Length, child.Extents.Sum(static extent => extent.Length));
                tree.TryFind(child.Name + "/x", out _);
                if (child.IsDirectory)
                {
                    directories.Enqueue(child);
                }
            }
        }

        Assert.True(seen == tree.Count, what);
    }
}
