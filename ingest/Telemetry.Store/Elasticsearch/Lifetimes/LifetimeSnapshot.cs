using Telemetry.Autopsy;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>What is known of a lifetime at a time.</summary>
/// <param name="Evidence">What is known, of both lanes.</param>
/// <param name="AsOfUnixUs">The bus was indexed up to here, microseconds since the Unix epoch. A later one replaces an earlier one.</param>
public readonly record struct LifetimeSnapshot(LifetimeEvidence Evidence, long AsOfUnixUs);
