namespace Telemetry.Store.Elasticsearch;

/// <summary>Which data stream a document lies in.</summary>
internal enum DocumentStream : byte
{
    /// <summary>Lines of applications, and whatever is nothing else.</summary>
    App,

    /// <summary>Lines of the kernel's log.</summary>
    Kernel,

    /// <summary>What happened to servers, streams and workloads, and losses.</summary>
    Lifecycle,

    /// <summary>Crash events; kept longest, as they were sent.</summary>
    Crash,
}
