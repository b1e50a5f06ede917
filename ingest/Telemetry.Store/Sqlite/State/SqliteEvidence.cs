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
        HashSet<LifetimeId> found =
        [
            .. (_critical?.List(since, until, limit) ?? []).Select(row => row.Id), .. (_bulk?.List(since, until, limit) ?? []).Select(row => row.Id),
        ];
        if (since > long.MinValue && until < long.MaxValue && _critical is { } critical && _bulk is { } bulk)
        {
            found.UnionWith(Across(critical, bulk, since, until));
            found.UnionWith(Across(bulk, critical, since, until));
        }

        return found.Select(id => (Id: id, Start: StartOf(id))).OrderByDescending(row => row.Start).ThenBy(row => row.Id)
            .Take(limit).Select(row => row.Id);
    }

    // One lane ended before the range and the other began after it: the lifetime goes through.
    private static IEnumerable<LifetimeId> Across(StateReader earlier, StateReader later, long since, long until) =>
        earlier.LastHeardBefore(since).Intersect(later.FirstHeardFrom(until));

    private long StartOf(LifetimeId id) =>
        Math.Min(_critical?.StartOf(id) ?? long.MaxValue, _bulk?.StartOf(id) ?? long.MaxValue);

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
