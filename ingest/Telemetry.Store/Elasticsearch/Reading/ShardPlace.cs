namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>How far a shard was followed.</summary>
/// <param name="Next">First sequence number that was not looked at.</param>
/// <param name="Gap">A number that is missing although later ones are there; -1 is none.</param>
/// <param name="GapUnixMs">When that was first seen.</param>
internal readonly record struct ShardPlace(long Next, long Gap = -1, long GapUnixMs = 0);
