using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store;

/// <summary>
/// Answers for lifetimes. Safe for concurrent use. Calls throw <see cref="StoreUnavailableException"/> when the store does not answer.
/// </summary>
public interface ILifetimeReader
{
    /// <summary>Lifetimes whose span touches the range, newest start first, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<Lifetime>> ListAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel);

    /// <summary>One lifetime with everything; null when unknown.</summary>
    ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel);

    /// <summary>Crashes of all lifetimes, newest first.</summary>
    ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel);
}
