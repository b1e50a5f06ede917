using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Reads lifetimes from the states of both lanes, also while another process writes them. Safe for concurrent use; each call
/// reads each lane at one time.
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
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel) => new(Read<IReadOnlyList<Lifetime>>(evidence =>
        {
            var result = new List<Lifetime>();
            foreach (var id in evidence.List(sinceUnixUs ?? long.MinValue, untilUnixUs ?? long.MaxValue, limit))
            {
                cancel.ThrowIfCancellationRequested();
                result.Add(Compose(evidence, id)!);
            }

            return result;
        }));

    /// <inheritdoc/>
    public ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel) => new(Read(evidence => Compose(evidence, id)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel) =>
        new(Read(evidence => evidence.Crashes(sinceUnixUs ?? long.MinValue, untilUnixUs ?? long.MaxValue, limit)));

    private T Read<T>(Func<SqliteEvidence, T> read)
    {
        try
        {
            using var evidence = SqliteEvidence.Open(storeDirectory);
            return read(evidence);
        }
        catch (SqliteException e)
        {
            throw new StoreUnavailableException($"Lifetimes cannot be read: {e.Message}", e);
        }
    }

    private Lifetime? Compose(SqliteEvidence evidence, LifetimeId id)
    {
        if (evidence.Gather(id) is not { } found)
        {
            return null;
        }

        var now = time.GetUtcNow().Ticks / 10 - DateTime.UnixEpoch.Ticks / 10;
        return LifetimeComposer.Compose(found, Math.Min(now, evidence.IndexedUntilUnixUs), _silenceBoundUs);
    }
}
