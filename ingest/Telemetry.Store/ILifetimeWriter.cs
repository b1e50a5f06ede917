using Telemetry.Autopsy;

namespace Telemetry.Store;

/// <summary>What is known of a lifetime, and up to which bus time, microseconds since the Unix epoch, that is all there is.</summary>
public sealed record LifetimeSnapshot(LifetimeEvidence Evidence, long AsOfUnixUs);

/// <summary>Writes lifetimes where others read them. Safe for concurrent use.</summary>
public interface ILifetimeWriter
{
    /// <summary>Stores them; of one lifetime the one with the latest time stays, whatever the order.</summary>
    /// <exception cref="IOException">They may not be stored; write them again.</exception>
    ValueTask WriteAsync(IReadOnlyList<LifetimeSnapshot> lifetimes, CancellationToken cancel);
}
