using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Interop;

/// <summary>Advice to the kernel about the pages of a file that it keeps in memory (posix_fadvise(2)).</summary>
internal static partial class FileCache
{
    private const int DoNotNeed = 4; // POSIX_FADV_DONTNEED

    /// <summary>
    /// Lets go of a range that was only read to be checked: it must not push out what clients are being sent, and the next
    /// check must come from the medium. Only advice: nothing depends on its success.
    /// </summary>
    /// <param name="offset">In bytes.</param>
    /// <param name="length">In bytes.</param>
    public static void Forget(SafeFileHandle file, long offset, long length) => _ = Advise(file, offset, length, DoNotNeed);

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
