using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Reads lifetimes from the states of both lanes, also while another process writes them. Safe for concurrent use; each call
/// reads each lane at one time. Throws <see cref="SqliteException"/> when a file cannot be read.
/// </summary>
/// <param name="storeDirectory"><c>DATA/store</c>, with a folder per lane.</param>
/// <param name="time">For the present.</param>
/// <param name="silenceBound">A server not heard of for longer is dead; default 15 s.</param>
public sealed class SqliteLifetimeReader(string storeDirectory, TimeProvider time, TimeSpan? silenceBound = null)
    : ILifetimeReader
{
    private readonly long _silenceBoundUs = (long)(silenceBound ?? TimeSpan.FromSeconds(15)).TotalMicroseconds;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Lifetime>> ListAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel)
    {
        using var lanes = Lanes.Open(storeDirectory);
        var result = new List<Lifetime>();
        foreach (var id in lanes.List(sinceUnixUs ?? long.MinValue, untilUnixUs ?? long.MaxValue, limit))
        {
            cancel.ThrowIfCancellationRequested();
            result.Add(Compose(lanes, id)!);
        }

        return new(result);
    }

    /// <inheritdoc/>
    public ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel)
    {
        using var lanes = Lanes.Open(storeDirectory);
        return new(Compose(lanes, id));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel)
    {
        using var lanes = Lanes.Open(storeDirectory);
        return new(lanes.Critical?.Crashes(sinceUnixUs ?? long.MinValue, untilUnixUs ?? long.MaxValue, limit) ?? []);
    }

    private Lifetime? Compose(Lanes lanes, LifetimeId id)
    {
        if (lanes.Gather(id) is not { } evidence)
        {
            return null;
        }

        var now = time.GetUtcNow().Ticks / 10 - DateTime.UnixEpoch.Ticks / 10;
        return LifetimeComposer.Compose(evidence, Math.Min(now, lanes.IndexedUntilUnixUs), _silenceBoundUs);
    }

    private sealed class Lanes : IDisposable
    {
        private StateReader? _bulk;

        public StateReader? Critical { get; private set; }

        public long IndexedUntilUnixUs => Critical?.IndexedUntilUnixUs ?? 0;

        public static Lanes Open(string directory)
        {
            var lanes = new Lanes();
            try
            {
                lanes.Critical = StateReader.Open(Path.Combine(directory, "critical", SqliteLaneState.FileName));
                lanes._bulk = StateReader.Open(Path.Combine(directory, "bulk", SqliteLaneState.FileName));
                return lanes;
            }
            catch
            {
                lanes.Dispose();
                throw;
            }
        }

        public IEnumerable<LifetimeId> List(long since, long until, int limit)
        {
            var starts = new Dictionary<LifetimeId, long>();
            foreach (var (id, start) in Critical?.List(since, until, limit) ?? [])
            {
                starts[id] = start;
            }

            foreach (var (id, start) in _bulk?.List(since, until, limit) ?? [])
            {
                starts.TryAdd(id, Critical?.StartOf(id) ?? start);
            }

            return starts.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Take(limit).Select(s => s.Key);
        }

        public LifetimeEvidence? Gather(LifetimeId id)
        {
            var critical = Critical?.Facts(id);
            var bulk = _bulk?.Facts(id);
            if (critical is null && bulk is null)
            {
                return null;
            }

            var (before, after) = critical?.Identity is { } identity
                ? Critical!.Neighbours(id, identity.InstanceId)
                : default;
            return new LifetimeEvidence(id)
            {
                Critical = critical,
                Bulk = bulk,
                Streams = [.. Critical?.Streams(id) ?? [], .. _bulk?.Streams(id) ?? []],
                Received =
                [
                    .. (Critical?.Received(id) ?? []).Select(r => (r.Key, Lane.Critical, r.Value)),
                    .. (_bulk?.Received(id) ?? []).Select(r => (r.Key, Lane.Bulk, r.Value)),
                ],
                Crashes = Critical?.Crashes(id) ?? [],
                Losses = [.. Critical?.Losses(id) ?? [], .. _bulk?.Losses(id) ?? []],
                Predecessor = before,
                Successor = after,
            };
        }

        public void Dispose()
        {
            Critical?.Dispose();
            _bulk?.Dispose();
        }
    }
}
