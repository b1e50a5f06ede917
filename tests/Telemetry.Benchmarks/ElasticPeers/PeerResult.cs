namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>What a peer made of the documents it was given.</summary>
/// <param name="DocumentsPerSecond">Documents/s, as <see cref="Engines.SteadyRate"/> has it.</param>
/// <param name="Lost">Documents given that the store does not have.</param>
/// <param name="Duplicated">Documents that the store has more than once, each counted as often as it is too many.</param>
internal sealed record PeerResult(double DocumentsPerSecond, long Lost, long Duplicated);
