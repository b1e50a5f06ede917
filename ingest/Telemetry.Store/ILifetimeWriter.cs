using Telemetry.Autopsy;

namespace Telemetry.Store;

/// <summary>What is known of a lifetime at a time.</summary>
/// <param name="Evidence">What is known, of both lanes.</param>
/// <param name="AsOfUnixUs">The bus was indexed up to here, microseconds since the Unix epoch. A later one replaces an earlier one.</param>
public readonly record struct LifetimeSnapshot(LifetimeEvidence Evidence, long AsOfUnixUs);

/// <summary>Writes lifetimes where others read them. Safe for concurrent use.</summary>
public interface ILifetimeWriter
{
    /// <summary>Stores them; of one lifetime the latest stays, whatever the order. Writing one again changes nothing.</summary>
    /// <exception cref="IOException">One at least may not be stored; write them again.</exception>
    ValueTask WriteAsync(IReadOnlyList<LifetimeSnapshot> lifetimes, CancellationToken cancel);
}
