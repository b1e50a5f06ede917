using Telemetry.Wire;

namespace Telemetry.Store.Holds;

/// <summary>A lifetime of which retention deletes nothing.</summary>
/// <param name="Lifetime">The lifetime.</param>
/// <param name="Reason">Why, for people; "" when nobody said.</param>
/// <param name="By">Who placed it.</param>
/// <param name="SinceUnixUs">When, microseconds since the Unix epoch.</param>
public sealed record Hold(LifetimeId Lifetime, string Reason, string By, long SinceUnixUs);
