using System.Text.Json;
using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>The prepared statements of the state's owner.</summary>
internal sealed class StateStatements : IDisposable
{
    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _getMeta, _setMeta, _getReceived, _setReceived, _getRun, _setRun, _countRuns, _dropRuns,
        _getLifetime, _setLifetime, _getStream, _setStream, _addCrash, _addLoss, _dropLosses;

    public StateStatements(SqliteConnection connection)
    {
        _connection = connection;
        _getMeta = Prepare("SELECT value FROM meta WHERE key = $1", 1);
        _setMeta = Prepare("INSERT OR REPLACE INTO meta VALUES($1, $2)", 2);
        _getReceived = Prepare(
            $"SELECT {StateRows.ReceivedColumns} FROM received WHERE lifetime = $1 AND stream = $2 AND epoch = $3", 3);
        _setReceived = Prepare("INSERT OR REPLACE INTO received VALUES($1, $2, $3, $4, $5, $6, $7, $8)", 8);
        _getRun = Prepare(
            "SELECT count, digest, bus_us, position FROM runs WHERE lifetime = $1 AND stream = $2 AND epoch = $3 AND first_seq = $4", 4);
        _setRun = Prepare("INSERT OR REPLACE INTO runs VALUES($1, $2, $3, $4, $5, $6, $7, $8)", 8);
        _countRuns = Prepare("SELECT count(*) FROM runs WHERE lifetime = $1 AND stream = $2 AND epoch = $3", 3);
        _dropRuns = Prepare(
            """
            DELETE FROM runs WHERE lifetime = $1 AND stream = $2 AND epoch = $3 AND first_seq IN (
                SELECT first_seq FROM runs WHERE lifetime = $1 AND stream = $2 AND epoch = $3
                ORDER BY bus_us DESC, first_seq DESC LIMIT -1 OFFSET $4)
            """, 4);
        _getLifetime = Prepare("SELECT facts FROM lifetimes WHERE id = $1", 1);
        _setLifetime = Prepare("INSERT OR REPLACE INTO lifetimes VALUES($1, $2, $3, $4, $5)", 5);
        _getStream = Prepare(
            $"SELECT {StateRows.StreamColumns} FROM streams WHERE lifetime = $1 AND stream = $2 AND epoch = $3", 3);
        _setStream = Prepare(
            "INSERT OR REPLACE INTO streams VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", 13);
        _addCrash = Prepare("INSERT OR REPLACE INTO crashes VALUES($1, $2, $3, $4, $5)", 5);
        _addLoss = Prepare("INSERT INTO losses(lifetime, loss) VALUES($1, $2)", 2);
        _dropLosses = Prepare(
            """
            DELETE FROM losses WHERE lifetime = $1 AND id <= (
                SELECT id FROM losses WHERE lifetime = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)
            """, 2);
    }

    /// <summary>Commands run in the transaction, or in none.</summary>
    public void Use(SqliteTransaction? transaction)
    {
        foreach (var command in _all)
        {
            command.Transaction = transaction;
        }
    }

    public long Meta(string key) => _getMeta.With(key).ExecuteScalar() as long? ?? 0;

    public void SetMeta(string key, long value) => _setMeta.With(key, value).ExecuteNonQuery();

    public ReceivedStream LoadReceived(StreamEpoch key)
    {
        using var row = _getReceived.With(Id(key), Stream(key), Epoch(key)).ExecuteReader();
        return row.Read() ? StateRows.Received(row) : new ReceivedStream();
    }

    public void SaveReceived(in StreamEpoch key, ReceivedStream received) => _setReceived.With(
        Id(key), Stream(key), Epoch(key), IntervalCodec.Encode(received.Intervals), received.FirstMintedUnixUs,
        received.LastMintedUnixUs, received.LastBusUnixUs, (long)received.ConflictsWith.Value).ExecuteNonQuery();

    public bool TryLoadRun(in StreamEpoch key, ulong firstSeq, out ReceivedRun run)
    {
        using var row = _getRun.With(Id(key), Stream(key), Epoch(key), (long)firstSeq).ExecuteReader();
        var found = row.Read();
        run = found
            ? new ReceivedRun((uint)row.GetInt64(0), (ulong)row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))
            : default;
        return found;
    }

    public void SaveRun(in StreamEpoch key, ulong firstSeq, in ReceivedRun run) => _setRun.With(
        Id(key), Stream(key), Epoch(key), (long)firstSeq, (long)run.Count, (long)run.Digest, run.BusUnixUs, run.Position)
        .ExecuteNonQuery();

    /// <summary>Keeps between <paramref name="keep"/> and half as much again, so that most commits delete nothing.</summary>
    public void ForgetRuns(in StreamEpoch key, int keep)
    {
        if (_countRuns.With(Id(key), Stream(key), Epoch(key)).ExecuteScalar() is long count && count > keep + (keep / 2))
        {
            _dropRuns.With(Id(key), Stream(key), Epoch(key), (long)keep).ExecuteNonQuery();
        }
    }

    public LifetimeFacts LoadLifetime(LifetimeId id) => _getLifetime.With(id.ToByteArray()).ExecuteScalar() is byte[] json
        ? StateRows.Facts(json)
        : new LifetimeFacts();

    public void SaveLifetime(LifetimeId id, LifetimeFacts facts) => _setLifetime.With(
        id.ToByteArray(), facts.Identity?.InstanceId ?? "", LifetimeComposer.StartOf(facts, facts.FirstMintedUnixUs),
        facts.LastMintedUnixUs, JsonSerializer.SerializeToUtf8Bytes(facts, StateJson.Default.LifetimeFacts))
        .ExecuteNonQuery();

    public StreamFacts LoadStream(StreamEpoch key)
    {
        using var row = _getStream.With(Id(key), Stream(key), Epoch(key)).ExecuteReader();
        return row.Read() ? StateRows.Stream(row) : new StreamFacts();
    }

    public void SaveStream(in StreamEpoch key, StreamFacts facts) => _setStream.With(
        Id(key), Stream(key), Epoch(key), facts.Name, facts.Kind, facts.WorkloadId, (long)facts.Lane,
        facts.Closed ? 1L : 0L, (long)facts.NextSeq, facts.ProgressUnixUs, (long)facts.ReadOffset,
        (long)facts.SourceSize, IntervalCodec.Encode(facts.Lost)).ExecuteNonQuery();

    public void SaveCrash(LifetimeCrash crash, byte[] json) => _addCrash.With(
        crash.Lifetime.ToByteArray(), crash.Id, crash.DocumentId, crash.AtUnixUs, json).ExecuteNonQuery();

    public void SaveLoss(LifetimeId lifetime, byte[] json, int keep)
    {
        _addLoss.With(lifetime.ToByteArray(), json).ExecuteNonQuery();
        _dropLosses.With(lifetime.ToByteArray(), (long)keep).ExecuteNonQuery();
    }

    /// <summary>Deletes lifetimes last heard of before a time and what belongs to them, and old digests.</summary>
    public int Forget(long lifetimesBeforeUnixUs, long runsBeforeUnixUs)
    {
        const string Old = "(SELECT id FROM lifetimes WHERE last_us < $1)";
        Run("DELETE FROM runs WHERE bus_us < $1", runsBeforeUnixUs);
        foreach (var table in (ReadOnlySpan<string>)["received", "runs", "streams", "crashes", "losses"])
        {
            Run($"DELETE FROM {table} WHERE lifetime IN {Old}", lifetimesBeforeUnixUs);
        }

        return Run("DELETE FROM lifetimes WHERE last_us < $1", lifetimesBeforeUnixUs);
    }

    public void Dispose()
    {
        foreach (var command in _all)
        {
            command.Dispose();
        }
    }

    private int Run(string sql, long parameter)
    {
        using var command = _connection.Prepare(sql, 1).With(parameter);
        command.Transaction = _getMeta.Transaction;
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.Prepare(sql, parameters);
        _all.Add(command);
        return command;
    }

    private static byte[] Id(in StreamEpoch key) => key.Lifetime.ToByteArray();

    private static long Stream(in StreamEpoch key) => (long)key.Stream.Value;

    private static long Epoch(in StreamEpoch key) => (long)key.Epoch.Value;
}
