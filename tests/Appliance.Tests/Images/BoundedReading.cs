using System.Runtime.InteropServices;
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
        TimeSpan start = ProcessorTime();
        ImageTree.TryRead(new MemorySectorSource(image), out ImageTree? tree, out IsoDefect? defect, default);
        TimeSpan taken = ProcessorTime() - start;
        Assert.True(taken < MaxTime, $"{defect} took {taken}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MaxBytes, $"{defect} took too much memory");
        return (tree, defect);
    }

    /// <summary>Reads an image that is broken, and asks for the reason and the place that it gives.</summary>
    public static void AssertBroken(byte[] image, string reason, long? sector = null)
    {
        IsoDefect? defect = Read(image).Defect;
        Assert.NotNull(defect);
        Assert.Contains(reason, defect.Reason, StringComparison.Ordinal);
        Assert.Equal(sector ?? defect.Sector, defect.Sector);
    }

    /// <summary>Cuts an image at every 512 bytes: each piece has a reason, or all files of the whole.</summary>
    public static void AssertEveryCutIsNoticed(byte[] whole)
    {
        int complete = Read(whole).Tree!.Count;
        for (int length = 0; length <= whole.Length; length += 512)
        {
            (ImageTree? tree, IsoDefect? defect) = Read(whole[..length]);
            Assert.True(defect is { Reason.Length: > 0, Offset: >= 0 } || tree!.Count == complete, $"cut at {length}");
        }
    }

    /// <summary>Reads a damaged image, which ends in a tree that agrees with itself or in a reason; tells whether in a tree.</summary>
    public static bool AssertTreeOrReason(byte[] image)
    {
        (ImageTree? tree, IsoDefect? defect) = Read(image);
        Assert.True(tree is null ? defect is { Reason.Length: > 0, Offset: >= 0 } : defect is null);
        if (tree is not null)
        {
            AssertConsistent(tree, image.Length, "a damaged image");
        }

        return tree is not null;
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

    /// <summary>What this thread has computed: all that reading memory takes, however busy the machine is.</summary>
    private static TimeSpan ProcessorTime()
    {
        const int ThreadClock = 3;
        Assert.Equal(0, GetTime(ThreadClock, out TimeSpec time));
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000);
    }

    /// <summary>struct timespec; both members are as long as a pointer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec time);
}
