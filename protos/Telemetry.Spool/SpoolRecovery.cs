namespace Telemetry.Spool;

/// <summary>What opening a log found.</summary>
/// <param name="Start">First position it can give.</param>
/// <param name="End">End of what it can give.</param>
/// <param name="Damages">What is lost or was set aside, in order; empty when all is well. The caller logs each and declares a loss.</param>
public sealed record SpoolRecovery(SpoolPosition Start, SpoolPosition End, IReadOnlyList<SpoolDamage> Damages);
