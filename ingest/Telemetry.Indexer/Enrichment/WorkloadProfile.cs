using Telemetry.Autopsy;

namespace Telemetry.Indexer.Enrichment;

/// <summary>The service that a workload runs.</summary>
/// <param name="Name">Of the service.</param>
/// <param name="Version">Of the service.</param>
/// <param name="Pid">Process id as it said itself; 0 is unknown.</param>
/// <param name="Peer">The process that ships for it, when the kernel has said so.</param>
internal sealed record WorkloadProfile(string Name, string Version, int Pid, PeerFact? Peer);
