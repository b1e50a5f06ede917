using Telemetry.Indexer;
using Telemetry.Store.Elasticsearch.Holds;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Data streams end by their own lifecycle; what is held of them is copied out of its way, and lifetimes too old are deleted, each
/// minute by every indexer. Safe for concurrent use.
/// </summary>
internal sealed class ElasticRetention(ElasticHolds holds, ElasticLifetimeRetention lifetimes, TimeSpan keepLifetimes, TimeProvider time) : IRetention
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Holds that were read longer ago say too little of what may be deleted.</summary>
    private static readonly TimeSpan TrustFor = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private IReadOnlySet<LifetimeId>? _held;
    private long _tried, _read;

    /// <inheritdoc/>
    public async ValueTask ApplyAsync(CancellationToken cancel)
    {
        if (_tried != 0 && time.GetElapsedTime(_tried) < Every)
        {
            return;
        }

        _tried = time.GetTimestamp();
        var read = time.GetTimestamp();
        Learn((await holds.ListAsync(cancel)).Select(hold => hold.Lifetime), read);
        await holds.KeepAsync(cancel);
        await lifetimes.ApplyAsync(time.GetUtcNow() - keepLifetimes, Held(), cancel);
    }

    /// <summary>Lifetimes that are held.</summary>
    /// <exception cref="IOException">They have not been read lately: nothing may be deleted.</exception>
    public IReadOnlySet<LifetimeId> Held()
    {
        lock (_gate)
        {
            return _held is { } held && time.GetElapsedTime(_read) < TrustFor
                ? held
                : throw new IOException("The holds in the store have not been read lately, and nothing is deleted before they are.");
        }
    }

    private void Learn(IEnumerable<LifetimeId> held, long read)
    {
        lock (_gate)
        {
            (_held, _read) = (held.ToHashSet(), read);
        }
    }
}
