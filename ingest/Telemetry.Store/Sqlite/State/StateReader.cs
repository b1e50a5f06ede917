using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>Reads one lane's state as it was at one time. Not thread-safe.</summary>
internal sealed class StateReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _snapshot;
    private string _streamColumns = StateRows.StreamColumns;

    private StateReader(SqliteConnection connection)
    {
        _connection = connection;
        _snapshot = connection.BeginTransaction(deferred: true);
    }

    /// <summary>Everything that came on the bus before is in the state; 0 is nothing.</summary>
    public long IndexedUntilUnixUs => One(
        "SELECT coalesce(max(value), 0) FROM meta WHERE key IN ('applied_bus_us', 'caught_up_us')",
        row => row.GetInt64(0));

    /// <summary>Null when there is no state yet.</summary>
    public static StateReader? Open(string path)
    {
        if (StateFile.OpenRead(path) is not { } connection)
        {
            return null;
        }

        var reader = new StateReader(connection);
        try
        {
            // The owner creates the tables in its first transaction: a reader may come before.
            if (reader.One("SELECT count(*) FROM sqlite_master WHERE name = 'losses'", row => row.GetInt64(0)) > 0)
            {
                reader._streamColumns = reader.One(StateFile.CountRefused, row => row.GetInt64(0)) > 0
                    ? StateRows.StreamColumns
                    : StateRows.StreamColumns.Replace(StateRows.RefusedColumn, "x''", StringComparison.Ordinal);
                return reader;
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        reader.Dispose();
        return null;
    }

    /// <summary>Lifetimes whose span touches [since, until), newest start first.</summary>
    public List<(LifetimeId Id, long StartUnixUs)> List(long since, long until, int limit) => All(
        "SELECT id, start_us FROM lifetimes WHERE start_us < $1 AND last_us >= $2 ORDER BY start_us DESC, id LIMIT $3",
        row => (LifetimeId.Read(row.Blob(0)), row.GetInt64(1)), until, since, (long)limit);

    /// <summary>Lifetimes that were not heard of since.</summary>
    public List<LifetimeId> LastHeardBefore(long unixUs) =>
        All("SELECT id FROM lifetimes WHERE last_us < $1", row => LifetimeId.Read(row.Blob(0)), unixUs);

    /// <summary>Lifetimes that were not heard of before.</summary>
    public List<LifetimeId> FirstHeardFrom(long unixUs) =>
        All("SELECT id FROM lifetimes WHERE start_us >= $1", row => LifetimeId.Read(row.Blob(0)), unixUs);

    public long? StartOf(LifetimeId id) =>
        One("SELECT start_us FROM lifetimes WHERE id = $1", row => (long?)row.GetInt64(0), id.ToByteArray());

    public LifetimeFacts? Facts(LifetimeId id) =>
        One("SELECT facts FROM lifetimes WHERE id = $1", row => StateRows.Facts(row.Blob(0)), id.ToByteArray());

    public List<KeyValuePair<StreamEpoch, StreamFacts>> Streams(LifetimeId id) => All(
        $"SELECT {_streamColumns} FROM streams WHERE lifetime = $1",
        row => KeyValuePair.Create(StateRows.Key(row, id), StateRows.Stream(row)), id.ToByteArray());

    public List<KeyValuePair<StreamEpoch, ReceivedStream>> Received(LifetimeId id) => All(
        $"SELECT {StateRows.ReceivedColumns} FROM received WHERE lifetime = $1",
        row => KeyValuePair.Create(StateRows.Key(row, id), StateRows.Received(row)), id.ToByteArray());

    public List<LifetimeCrash> Crashes(LifetimeId id) => All(
        "SELECT crash FROM crashes WHERE lifetime = $1", row => StateRows.Crash(row.Blob(0)), id.ToByteArray());

    /// <summary>In <see cref="CrashOrder"/>, newest first.</summary>
    public List<LifetimeCrash> Crashes(long since, long until, int limit) => All(
        "SELECT crash FROM crashes WHERE at_us >= $1 AND at_us < $2 ORDER BY at_us DESC, crash_id DESC, lifetime DESC, document_id DESC LIMIT $3",
        row => StateRows.Crash(row.Blob(0)), since, until, (long)limit);

    public List<LifetimeLoss> Losses(LifetimeId id) => All(
        "SELECT loss FROM losses WHERE lifetime = $1 ORDER BY id", row => StateRows.Loss(row.Blob(0)), id.ToByteArray());

    /// <summary>The lifetimes of the same instance that start before and after.</summary>
    public (LifetimeId? Before, LifetimeId? After) Neighbours(LifetimeId id, string instance)
    {
        var start = StartOf(id) ?? 0;
        var bytes = id.ToByteArray();
        return (
            One("SELECT id FROM lifetimes WHERE instance_id = $1 AND (start_us, id) < ($2, $3) ORDER BY start_us DESC, id DESC LIMIT 1",
                row => (LifetimeId?)LifetimeId.Read(row.Blob(0)), instance, start, bytes),
            One("SELECT id FROM lifetimes WHERE instance_id = $1 AND (start_us, id) > ($2, $3) ORDER BY start_us, id LIMIT 1",
                row => (LifetimeId?)LifetimeId.Read(row.Blob(0)), instance, start, bytes));
    }

    public void Dispose()
    {
        _snapshot.Dispose();
        _connection.Dispose();
    }

    private T? One<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object> parameters)
    {
        using var command = Command(sql, parameters);
        using var row = command.ExecuteReader();
        return row.Read() ? read(row) : default;
    }

    private List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object> parameters)
    {
        using var command = Command(sql, parameters);
        using var row = command.ExecuteReader();
        var result = new List<T>();
        while (row.Read())
        {
            result.Add(read(row));
        }

        return result;
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<object> parameters)
    {
        var command = _connection.Prepare(sql, parameters.Length).With(parameters);
        command.Transaction = _snapshot;
        return command;
    }
}
