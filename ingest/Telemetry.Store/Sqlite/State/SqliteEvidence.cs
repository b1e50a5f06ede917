using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// What the states of both lanes say of lifetimes, as of one time, also while others write them. Not thread-safe. Throws
/// <see cref="Microsoft.Data.Sqlite.SqliteException"/> when a file cannot be read.
/// </summary>
public sealed class SqliteEvidence : IDisposable
{
    private StateReader? _critical, _bulk;

    private SqliteEvidence()
    {
    }

    /// <summary>Everything that came on the bus before is in the states; 0 is nothing.</summary>
    public long IndexedUntilUnixUs => _critical?.IndexedUntilUnixUs ?? 0;

    /// <summary>Opens the folders of both lanes in a directory; what is not there yet is empty.</summary>
    public static SqliteEvidence Open(string directory)
    {
        var lanes = new SqliteEvidence();
        try
        {
            lanes._critical = StateReader.Open(Path.Combine(directory, "critical", SqliteLaneState.FileName));
            lanes._bulk = StateReader.Open(Path.Combine(directory, "bulk", SqliteLaneState.FileName));
            return lanes;
        }
        catch
        {
            lanes.Dispose();
            throw;
        }
    }

    /// <summary>Lifetimes whose span touches the range, newest start first.</summary>
    public IEnumerable<LifetimeId> List(long since, long until, int limit)
    {
        var starts = new Dictionary<LifetimeId, long>();
        foreach (var (id, start) in _critical?.List(since, until, limit) ?? [])
        {
            starts[id] = start;
        }

        foreach (var (id, start) in _bulk?.List(since, until, limit) ?? [])
        {
            starts.TryAdd(id, _critical?.StartOf(id) ?? start);
        }

        return starts.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Take(limit).Select(s => s.Key);
    }

    /// <summary>Crashes of all lifetimes, newest first.</summary>
    public IReadOnlyList<LifetimeCrash> Crashes(long since, long until, int limit) => _critical?.Crashes(since, until, limit) ?? [];

    /// <summary>Everything of one lifetime; null when neither lane knows it.</summary>
    public LifetimeEvidence? Gather(LifetimeId id)
    {
        var critical = _critical?.Facts(id);
        var bulk = _bulk?.Facts(id);
        if (critical is null && bulk is null)
        {
            return null;
        }

        var (before, after) = critical?.Identity is { } identity
            ? _critical!.Neighbours(id, identity.InstanceId)
            : default;
        return new LifetimeEvidence(id)
        {
            Critical = critical,
            Bulk = bulk,
            Streams = [.. _critical?.Streams(id) ?? [], .. _bulk?.Streams(id) ?? []],
            Received =
            [
                .. (_critical?.Received(id) ?? []).Select(r => (r.Key, Lane.Critical, r.Value)),
                .. (_bulk?.Received(id) ?? []).Select(r => (r.Key, Lane.Bulk, r.Value)),
            ],
            Crashes = _critical?.Crashes(id) ?? [],
            Losses = [.. _critical?.Losses(id) ?? [], .. _bulk?.Losses(id) ?? []],
            Predecessor = before,
            Successor = after,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _critical?.Dispose();
        _bulk?.Dispose();
    }
}
