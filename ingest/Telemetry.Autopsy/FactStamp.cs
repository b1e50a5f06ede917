using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Where a fact comes from.</summary>
/// <param name="Lifetime">Lifetime that the record belongs to.</param>
/// <param name="MintedUnixUs">When the shipper made the record, microseconds since the Unix epoch.</param>
/// <param name="BusUnixUs">When the gateway took it, microseconds since the Unix epoch.</param>
/// <param name="DocumentId">Printed id of the record's document; "" when it has none.</param>
public readonly record struct FactStamp(LifetimeId Lifetime, long MintedUnixUs, long BusUnixUs, string DocumentId);
