using System.Runtime.CompilerServices;

namespace Appliance.Http;

/// <summary>
/// A thread for each connection, as far as they go; the connections beyond share the pool's. A thread of its own waits for
/// the next request, and for room to send, in the system call itself. To be told by the runtime's polling thread, and then run
/// by the pool, takes longer than all else that a short range needs, and sanboot reads a disc in thousands of them.
/// </summary>
internal sealed class ConnectionThreads
{
    /// <summary>
    /// Most threads at one time. 256: a class room of PCs with several connections each. A waiting one takes about 40 KiB.
    /// </summary>
    public const int Max = 256;

    /// <summary>Stack in bytes: several times what an answer needs, and 64 MiB of address space for all of them.</summary>
    private const int StackLength = 256 * 1024;

    private int _taken;

    /// <summary>Takes a thread; false when all are busy. What takes one must await <see cref="Switch"/> next.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Max)
        {
            return true;
        }

        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>
    /// Awaited, goes on with the caller on the thread that it took, and says so; false, on the pool, where none can be started.
    /// The thread ends at the caller's first await that has to wait, or with it.
    /// </summary>
    public ThreadSwitch Switch() => new(this);

    /// <summary>Awaitable, and its own awaiter.</summary>
    internal sealed class ThreadSwitch(ConnectionThreads threads) : ICriticalNotifyCompletion
    {
        private bool _hasThread = true;

        public bool IsCompleted => false;

        public ThreadSwitch GetAwaiter() => this;

        public bool GetResult() => _hasThread;

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            try
            {
                new Thread(Run, StackLength) { IsBackground = true, Name = "http" }.UnsafeStart();
            }
            catch (OutOfMemoryException)
            {
                // A limit of processes, or no memory for its stack.
                _hasThread = false;
                Interlocked.Decrement(ref threads._taken);
                ThreadPool.UnsafeQueueUserWorkItem(static go => go(), continuation, preferLocal: false);
            }

            void Run()
            {
                try
                {
                    continuation();
                }
                finally
                {
                    Interlocked.Decrement(ref threads._taken);
                }
            }
        }
    }
}
