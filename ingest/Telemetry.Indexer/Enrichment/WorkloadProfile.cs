namespace Telemetry.Indexer.Enrichment;

/// <summary>The service that a workload runs.</summary>
internal sealed record WorkloadProfile(string Name, string Version);
