namespace Telemetry.Indexer.Enrichment;

/// <summary>What documents of a stream say about it.</summary>
/// <param name="Name">File path, "stdin", or the process's name.</param>
/// <param name="Kind">"file", "stdout", …</param>
/// <param name="WorkloadId">Workload that the stream belongs to; "" is the host.</param>
internal sealed record StreamProfile(string Name, string Kind, string WorkloadId);
