using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>The prepared statements of the state's owner.</summary>
internal sealed class StateStatements : IDisposable
{
    private static readonly string[] Tables = ["received", "runs", "streams", "crashes", "losses"];

    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _getMeta, _setMeta, _getReceived, _setReceived, _getRun, _setRun, _countRuns, _dropRuns,
        _getLifetime, _setLifetime, _getStream, _setStream, _addCrash, _addLoss, _dropLosses, _findLosses, _dropLoss;

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
            RETURNING first_seq
            """, 4);
        _getLifetime = Prepare("SELECT facts FROM lifetimes WHERE id = $1", 1);
        _setLifetime = Prepare("INSERT OR REPLACE INTO lifetimes VALUES($1, $2, $3, $4, $5)", 5);
        _getStream = Prepare(
            $"SELECT {StateRows.StreamColumns} FROM streams WHERE lifetime = $1 AND stream = $2 AND epoch = $3", 3);
        _setStream = Prepare(
            "INSERT OR REPLACE INTO streams VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", 14);
        _addCrash = Prepare("INSERT OR REPLACE INTO crashes VALUES($1, $2, $3, $4, $5)", 5);
        _findLosses = Prepare("SELECT id, loss FROM losses WHERE lifetime = $1", 1);
        _dropLoss = Prepare("DELETE FROM losses WHERE id = $1", 1);
        _addLoss = Prepare(
            """
            INSERT INTO losses(lifetime, loss) SELECT $1, $2
            WHERE NOT EXISTS(SELECT 1 FROM losses WHERE lifetime = $1 AND loss = $2)
            """, 2);
        _dropLosses = Prepare(
            """
            DELETE FROM losses WHERE lifetime = $1 AND id <= (
                SELECT id FROM losses WHERE lifetime = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)
            RETURNING loss
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

    public string MetaText(string key) => _getMeta.With(key).ExecuteScalar() as string ?? "";

    public void SetMeta(string key, long value) => _setMeta.With(key, value).ExecuteNonQuery();

    public ReceivedStream LoadReceived(StreamEpoch key)
    {
        using var row = _getReceived.With(Id(key), Stream(key), Epoch(key)).ExecuteReader();
        return row.Read() ? StateRows.Received(row) : new ReceivedStream();
    }

    private void SaveReceived(in StreamEpoch key, ReceivedStream received) => _setReceived.With(
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

    private void SaveRun(in StreamEpoch key, ulong firstSeq, in ReceivedRun run) => _setRun.With(
        Id(key), Stream(key), Epoch(key), (long)firstSeq, (long)run.Count, (long)run.Digest, run.BusUnixUs, run.Position)
        .ExecuteNonQuery();

    /// <summary>
    /// Keeps between <paramref name="keep"/> and half as much again, so that most commits delete nothing; tells keys of rows that are gone.
    /// </summary>
    public void ForgetRuns(in StreamEpoch key, int keep, List<StateRow> gone)
    {
        if (_countRuns.With(Id(key), Stream(key), Epoch(key)).ExecuteScalar() is not long count || count <= keep + (keep / 2))
        {
            return;
        }

        using var rows = _dropRuns.With(Id(key), Stream(key), Epoch(key), (long)keep).ExecuteReader();
        while (rows.Read())
        {
            gone.Add(new StateRow(StateRowFormat.RunKey(key, (ulong)rows.GetInt64(0)), null));
        }
    }

    /// <summary>Keeps the newest losses of a lifetime; tells keys of rows that are gone.</summary>
    public void ForgetLosses(LifetimeId lifetime, int keep, List<StateRow> gone)
    {
        using var rows = _dropLosses.With(lifetime.ToByteArray(), (long)keep).ExecuteReader();
        while (rows.Read())
        {
            gone.Add(new StateRow(StateRowFormat.LossKey(lifetime, rows.Blob(0)), null));
        }
    }

    /// <summary>
    /// Writes or deletes one row, as this process or another made it; of a table that this version does not know, nothing. Throws
    /// <see cref="InvalidDataException"/> on one that does not decode.
    /// </summary>
    public void Apply(StateRow row)
    {
        switch (row.Key.Length == 0 ? 0 : row.Key[0])
        {
            case StateRowFormat.Meta when row.Value is { } value:
                SetMetaText(StateRowFormat.NameOf(row.Key), System.Text.Encoding.UTF8.GetString(value));
                break;
            case StateRowFormat.Received when row.Value is { } value:
                SaveReceived(StateRowFormat.StreamOf(row.Key), StateRowFormat.ReceivedOf(value));
                break;
            case StateRowFormat.Received: Delete("received", StateRowFormat.StreamOf(row.Key)); break;
            case StateRowFormat.Run when row.Value is { } value:
                SaveRun(StateRowFormat.StreamOf(row.Key), StateRowFormat.FirstSeqOf(row.Key), StateRowFormat.RunOf(value));
                break;
            case StateRowFormat.Run: DeleteRun(StateRowFormat.StreamOf(row.Key), StateRowFormat.FirstSeqOf(row.Key)); break;
            case StateRowFormat.Lifetime when row.Value is { } value:
                SaveLifetime(StateRowFormat.LifetimeOf(row.Key), StateRows.Facts(value), value);
                break;
            case StateRowFormat.Lifetime: Run("DELETE FROM lifetimes WHERE id = $1", StateRowFormat.LifetimeOf(row.Key).ToByteArray()); break;
            case StateRowFormat.Stream when row.Value is { } value:
                SaveStream(StateRowFormat.StreamOf(row.Key), StateRowFormat.StreamFactsOf(value));
                break;
            case StateRowFormat.Stream: Delete("streams", StateRowFormat.StreamOf(row.Key)); break;
            case StateRowFormat.Crash when row.Value is { } value: SaveCrash(StateRows.Crash(value), value); break;
            case StateRowFormat.Crash: DeleteCrash(row.Key); break;
            case StateRowFormat.Loss when row.Value is { } value:
                _addLoss.With(StateRowFormat.LifetimeOf(row.Key).ToByteArray(), value).ExecuteNonQuery();
                break;
            case StateRowFormat.Loss: DeleteLoss(row.Key); break;
        }
    }

    /// <summary>Deletes everything but what describes the file.</summary>
    public void Clear()
    {
        Run("DELETE FROM meta WHERE key NOT IN ('format', 'lane')");
        foreach (var table in Tables)
        {
            Run($"DELETE FROM {table}");
        }

        Run("DELETE FROM lifetimes");
    }

    public LifetimeFacts LoadLifetime(LifetimeId id) => _getLifetime.With(id.ToByteArray()).ExecuteScalar() is byte[] json
        ? StateRows.Facts(json)
        : new LifetimeFacts();

    private void SaveLifetime(LifetimeId id, LifetimeFacts facts, byte[] json) => _setLifetime.With(
        id.ToByteArray(), facts.Identity?.InstanceId ?? "", LifetimeComposer.StartOf(facts, facts.FirstMintedUnixUs),
        facts.LastMintedUnixUs, json).ExecuteNonQuery();

    public IReadOnlyList<LifetimeId> HeardSince(long unixUs)
    {
        using var command = Command("SELECT id FROM lifetimes WHERE last_us >= $1 ORDER BY last_us DESC LIMIT 10000", unixUs);
        using var row = command.ExecuteReader();
        var found = new List<LifetimeId>();
        while (row.Read())
        {
            found.Add(LifetimeId.Read(row.Blob(0)));
        }

        return found;
    }

    public StreamFacts LoadStream(StreamEpoch key)
    {
        using var row = _getStream.With(Id(key), Stream(key), Epoch(key)).ExecuteReader();
        return row.Read() ? StateRows.Stream(row) : new StreamFacts();
    }

    private void SaveStream(in StreamEpoch key, StreamFacts facts) => _setStream.With(
        Id(key), Stream(key), Epoch(key), facts.Name, facts.Kind, facts.WorkloadId, (long)facts.Lane,
        facts.Closed ? 1L : 0L, (long)facts.NextSeq, facts.ProgressUnixUs, (long)facts.ReadOffset,
        (long)facts.SourceSize, IntervalCodec.Encode(facts.Lost), IntervalCodec.Encode(facts.Refused)).ExecuteNonQuery();

    private void SaveCrash(LifetimeCrash crash, byte[] json) => _addCrash.With(
        crash.Lifetime.ToByteArray(), crash.Id, crash.DocumentId, crash.AtUnixUs, json).ExecuteNonQuery();

    /// <summary>
    /// Deletes lifetimes last heard of before a time and what belongs to them, except held ones, and old digests; tells keys of rows
    /// that are gone.
    /// </summary>
    public int Forget(
        long lifetimesBeforeUnixUs, long runsBeforeUnixUs, IReadOnlyCollection<LifetimeId> held, List<StateRow> gone)
    {
        var isOld = $"last_us < $1 AND id NOT IN ({string.Join(", ", held.Select(id => $"x'{id}'"))})";
        var old = $"lifetime IN (SELECT id FROM lifetimes WHERE {isOld})";
        Delete("runs", "bus_us < $1", runsBeforeUnixUs, gone);
        foreach (var table in Tables)
        {
            Delete(table, old, lifetimesBeforeUnixUs, gone);
        }

        return Delete("lifetimes", isOld, lifetimesBeforeUnixUs, gone);
    }

    /// <summary>Documents that crashes came with.</summary>
    public List<string> CrashDocuments()
    {
        using var command = Command("SELECT DISTINCT document_id FROM crashes");
        using var row = command.ExecuteReader();
        var found = new List<string>();
        while (row.Read())
        {
            found.Add(row.GetString(0));
        }

        return found;
    }

    /// <summary>Deletes the crashes of one document; tells keys of rows that are gone.</summary>
    public int ForgetCrashes(string documentId, List<StateRow> gone)
    {
        using var command = Command("DELETE FROM crashes WHERE document_id = $1 RETURNING crash", documentId);
        using var row = command.ExecuteReader();
        var deleted = 0;
        for (; row.Read(); deleted++)
        {
            gone.Add(new StateRow(KeyOf("crashes", row), null));
        }

        return deleted;
    }

    public void Dispose()
    {
        foreach (var command in _all)
        {
            command.Dispose();
        }
    }

    private int Delete(string table, string where, long before, List<StateRow> gone)
    {
        var columns = table switch
        {
            "received" or "streams" => "lifetime, stream, epoch",
            "runs" => "lifetime, stream, epoch, first_seq",
            "crashes" => "crash",
            "losses" => "lifetime, loss",
            _ => "id",
        };
        using var command = Command($"DELETE FROM {table} WHERE {where} RETURNING {columns}", before);
        using var row = command.ExecuteReader();
        var deleted = 0;
        for (; row.Read(); deleted++)
        {
            gone.Add(new StateRow(KeyOf(table, row), null));
        }

        return deleted;
    }

    private static byte[] KeyOf(string table, SqliteDataReader row)
    {
        switch (table)
        {
            case "crashes": return StateRowFormat.Of(StateRows.Crash(row.Blob(0))).Key;
            case "losses": return StateRowFormat.LossKey(LifetimeId.Read(row.Blob(0)), row.Blob(1));
            case "lifetimes": return StateRowFormat.LifetimeKey(LifetimeId.Read(row.Blob(0)));
        }

        var key = new StreamEpoch(
            LifetimeId.Read(row.Blob(0)), new StreamId((ulong)row.GetInt64(1)), new Epoch((ulong)row.GetInt64(2)));
        return table == "runs" ? StateRowFormat.RunKey(key, (ulong)row.GetInt64(3))
            : StateRowFormat.KeyOf(table == "streams" ? StateRowFormat.Stream : StateRowFormat.Received, key);
    }

    private void SetMetaText(string name, string value)
    {
        if (long.TryParse(value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            SetMeta(name, number);
        }
        else
        {
            _setMeta.With(name, value).ExecuteNonQuery();
        }
    }

    private void Delete(string table, in StreamEpoch key) =>
        Run($"DELETE FROM {table} WHERE lifetime = $1 AND stream = $2 AND epoch = $3", Id(key), Stream(key), Epoch(key));

    private void DeleteRun(in StreamEpoch key, ulong firstSeq) => Run(
        "DELETE FROM runs WHERE lifetime = $1 AND stream = $2 AND epoch = $3 AND first_seq = $4",
        Id(key), Stream(key), Epoch(key), (long)firstSeq);

    private void DeleteCrash(byte[] key)
    {
        var (crash, document) = StateRowFormat.CrashOf(key);
        Run("DELETE FROM crashes WHERE lifetime = $1 AND crash_id = $2 AND document_id = $3",
            StateRowFormat.LifetimeOf(key).ToByteArray(), crash, document);
    }

    private void DeleteLoss(byte[] key)
    {
        var lifetime = StateRowFormat.LifetimeOf(key);
        var ids = new List<long>();
        using (var row = _findLosses.With(lifetime.ToByteArray()).ExecuteReader())
        {
            while (row.Read())
            {
                if (StateRowFormat.LossKey(lifetime, row.Blob(1)).AsSpan().SequenceEqual(key))
                {
                    ids.Add(row.GetInt64(0));
                }
            }
        }

        ids.ForEach(id => _dropLoss.With(id).ExecuteNonQuery());
    }

    private void Run(string sql, params ReadOnlySpan<object> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = _connection.Prepare(sql, parameters.Length).With(parameters);
        command.Transaction = _getMeta.Transaction;
        return command;
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
