// One PC at a time: emulated firmware on two cores measures nothing but the queue.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
