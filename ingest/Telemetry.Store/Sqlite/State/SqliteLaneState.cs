using System.Globalization;
using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// The state of one partition of a lane in <c>state.db</c>. Changes are made in memory, are taken as rows (<see cref="Take"/>) and
/// reach the file together with the bus position (<see cref="Save"/>), in one synced transaction; what was not saved is lost with the
/// process and made again by replaying the bus from <see cref="Position"/>. Where the bus keeps the rows the file is a copy of
/// them, brought up to date by <see cref="RestoreAsync"/>. One owner at a time, across processes; not thread-safe.
/// </summary>
public sealed class SqliteLaneState : ILifetimeFacts, IDisposable
{
    /// <summary>Name of the file in the lane's folder.</summary>
    public const string FileName = "state.db";

    /// <summary>Digests of runs kept per stream and epoch; a resend from further back is called a conflict.</summary>
    public const int MaxRunsPerStream = 1024;

    private const int MaxLosses = 1000;

    private readonly FileStream _lock;
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly StateStatements _sql;
    private readonly WorkingSet<StreamEpoch, ReceivedStream> _received;
    private readonly WorkingSet<LifetimeId, LifetimeFacts> _lifetimes;
    private readonly WorkingSet<StreamEpoch, StreamFacts> _streams;
    private readonly List<StateRow> _gone = [];
    private Dictionary<(StreamEpoch Key, ulong FirstSeq), ReceivedRun> _runs = [];
    private Dictionary<(StreamEpoch Key, ulong FirstSeq), ReceivedRun> _takenRuns = [];
    private readonly List<LifetimeCrash> _crashes = [];
    private readonly List<(LifetimeId Lifetime, LifetimeLoss Loss)> _losses = [];

    private SqliteLaneState(FileStream @lock, SqliteConnection connection, string? setAside, TimeProvider time)
    {
        (_lock, _connection, SetAside, _time) = (@lock, connection, setAside, time);
        _sql = new StateStatements(connection);
        _received = new(20_000, _sql.LoadReceived);
        _lifetimes = new(2_000, _sql.LoadLifetime);
        _streams = new(20_000, _sql.LoadStream);
        ReadMeta();
    }

    /// <summary>Bus position to read from, as of the last save.</summary>
    public long Position { get; private set; }

    /// <summary>What the document writer wants to be told at its opening, as of the last save.</summary>
    public string Mark { get; private set; } = "";

    /// <summary>Bus time of the last entry applied, microseconds since the Unix epoch; 0 is none.</summary>
    public long AppliedBusUnixUs { get; private set; }

    /// <summary>Where the former file lies when it was damaged and set aside at opening; else null.</summary>
    public string? SetAside { get; }

    /// <summary>
    /// Opens or creates the file. Throws <see cref="IOException"/> when another process has it open or the folder cannot be
    /// written, <see cref="SqliteException"/> when the disk fails.
    /// </summary>
    /// <param name="path">Path of the file, usually <c>DATA/store/LANE/state.db</c>.</param>
    /// <param name="lane">The lane; a file of another lane is set aside.</param>
    /// <param name="time">For the name of a file set aside.</param>
    public static SqliteLaneState Open(string path, Lane lane, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var @lock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var connection = StateFile.Open(path, lane, time, out var setAside);
            return new SqliteLaneState(@lock, connection, setAside, time);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>What has been received of a stream, for reading.</summary>
    public ReceivedStream Received(in StreamEpoch key) => _received.Get(key);

    /// <summary>Finds how a run that begins at a number first came. False when none did, or that was too long ago.</summary>
    public bool TryFindRun(in StreamEpoch key, ulong firstSeq, out ReceivedRun run) =>
        _runs.TryGetValue((key, firstSeq), out run) || _takenRuns.TryGetValue((key, firstSeq), out run)
        || _sql.TryLoadRun(key, firstSeq, out run);

    /// <summary>A run was received. It must not overlap what was received before.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="run">The run.</param>
    /// <param name="how">How it came.</param>
    /// <param name="conflictsWith">The epoch that it claims, when it contradicts what was received of that.</param>
    public void AddRun(in StreamEpoch key, in Run run, in ReceivedRun how, Epoch conflictsWith = default)
    {
        var received = _received.Change(key);
        received.Add(run, how.BusUnixUs);
        received.ConflictsWith = conflictsWith;
        _runs[(key, run.FirstSeq)] = how;
    }

    /// <inheritdoc/>
    public LifetimeFacts Lifetime(LifetimeId id) => _lifetimes.Change(id);

    /// <summary>A lifetime's facts for reading.</summary>
    public LifetimeFacts Peek(LifetimeId id) => _lifetimes.Get(id);

    /// <summary>Lifetimes in the file that had a record minted since a time, at most 10,000.</summary>
    public IReadOnlyList<LifetimeId> HeardSince(long unixUs) => _sql.HeardSince(unixUs);

    /// <inheritdoc/>
    public StreamFacts Stream(in StreamEpoch key) => _streams.Change(key);

    /// <summary>Records of a stream that came and are not to be in the store: it refused them, or they were purged. For reading.</summary>
    public IntervalSet Withheld(in StreamEpoch key) => _streams.Get(key).Refused;

    /// <inheritdoc/>
    public void AddCrash(LifetimeCrash crash) => _crashes.Add(crash);

    /// <inheritdoc/>
    public void AddLoss(LifetimeId lifetime, LifetimeLoss loss) => _losses.Add((lifetime, loss));

    /// <summary>Takes all that changed since the last call. One checkpoint is taken and saved at a time.</summary>
    /// <param name="position">Every entry before it is in the state.</param>
    /// <param name="appliedBusUnixUs">Bus time of the last of them.</param>
    /// <param name="mark">What the document writer wants to be told at its opening.</param>
    public StateCheckpoint Take(long position, long appliedBusUnixUs, string mark = "")
    {
        List<StateRow> rows = [.. _gone];
        _gone.Clear();
        (_takenRuns, _runs) = (_runs, []);
        rows.AddRange(_received.Take().Select(r => StateRowFormat.Of(r.Key, r.Value)));
        rows.AddRange(_takenRuns.Select(r => StateRowFormat.Of(r.Key.Key, r.Key.FirstSeq, r.Value)));
        rows.AddRange(_lifetimes.Take().Select(l => StateRowFormat.Of(l.Key, l.Value)));
        rows.AddRange(_streams.Take().Select(s => StateRowFormat.Of(s.Key, s.Value)));
        rows.AddRange(_crashes.Select(StateRowFormat.Of));
        rows.AddRange(_losses.Select(l => StateRowFormat.Of(l.Lifetime, l.Loss)));
        _crashes.Clear();
        _losses.Clear();
        rows.Add(StateRowFormat.Of("position", position.ToString(CultureInfo.InvariantCulture)));
        rows.Add(StateRowFormat.Of("applied_bus_us", appliedBusUnixUs.ToString(CultureInfo.InvariantCulture)));
        if (mark != Mark)
        {
            rows.Add(StateRowFormat.Of("mark", mark));
        }

        return new StateCheckpoint(rows, position, appliedBusUnixUs);
    }

    /// <summary>
    /// The store refused a record of a checkpoint that was taken and is not saved yet: notes it in the state, and in the checkpoint.
    /// </summary>
    public void Refused(StateCheckpoint checkpoint, in StreamEpoch key, ulong seq)
    {
        _streams.Change(key).AddRefused(seq);
        var rowKey = StateRowFormat.KeyOf(StateRowFormat.Stream, key);
        var row = checkpoint.ChangedRows.FindLastIndex(r => r.Key.AsSpan().SequenceEqual(rowKey));
        var facts = row < 0 ? _sql.LoadStream(key) : StateRowFormat.StreamFactsOf(checkpoint.ChangedRows[row].Value);
        facts.AddRefused(seq);
        if (row < 0)
        {
            checkpoint.ChangedRows.Add(StateRowFormat.Of(key, facts));
        }
        else
        {
            checkpoint.ChangedRows[row] = StateRowFormat.Of(key, facts);
        }
    }

    /// <summary>Adds a loss to a checkpoint that was taken and is not saved yet.</summary>
    public static void AddLoss(StateCheckpoint checkpoint, LifetimeId lifetime, LifetimeLoss loss) =>
        checkpoint.ChangedRows.Add(StateRowFormat.Of(lifetime, loss));

    /// <summary>
    /// Makes what was taken durable. Throws <see cref="SqliteException"/> when it could not; the file is then as it was, and the
    /// changes are still in memory.
    /// </summary>
    public void Save(StateCheckpoint checkpoint)
    {
        InTransaction(() =>
        {
            foreach (var row in checkpoint.Rows)
            {
                _sql.Apply(row);
            }

            Bound(checkpoint);
        });
        ReadMeta();
        _received.Saved();
        _lifetimes.Saved();
        _streams.Saved();
        _takenRuns.Clear();
    }

    /// <summary>
    /// Brings the file up to what is committed on the bus. Call it before anything else is read, and while nothing is changed. A file
    /// that has not been read into for <paramref name="trustFor"/> is begun anew: the bus may no longer tell it what was deleted.
    /// Returns the lifetimes of which something was read.
    /// </summary>
    /// <exception cref="IOException">The bus cannot be read; the file is as it was.</exception>
    public async ValueTask<IReadOnlyCollection<LifetimeId>> RestoreAsync(IStateLogReader log, TimeSpan trustFor, CancellationToken cancel)
    {
        var now = NowUnixUs;
        var from = now - _sql.Meta("log_read_us") > trustFor.TotalMicroseconds ? 0 : _sql.Meta("log_position");
        try
        {
            return await RestoreAsync(log, from, now, cancel);
        }
        catch (StateLogGapException) when (from > 0)
        {
            return await RestoreAsync(log, 0, now, cancel);
        }
    }

    /// <summary>
    /// Notes that everything on the bus has been indexed at a time, so that readers can tell silence from lag.
    /// </summary>
    public void CaughtUp(long unixUs) => InTransaction(() => _sql.SetMeta("caught_up_us", unixUs));

    /// <summary>
    /// Forgets lifetimes, with all that belongs to them, that were last heard of before a time, and digests of runs older
    /// than <paramref name="runsBeforeUnixUs"/>; of <paramref name="held"/> lifetimes all but such digests stays. Call it right after a
    /// commit. Returns the lifetimes forgotten.
    /// </summary>
    public int Retain(long lifetimesBeforeUnixUs, long runsBeforeUnixUs, IReadOnlyCollection<LifetimeId>? held = null)
    {
        var forgotten = 0;
        InTransaction(() => forgotten = _sql.Forget(lifetimesBeforeUnixUs, runsBeforeUnixUs, held ?? [], _gone));
        if (forgotten > 0)
        {
            _received.Clear();
            _lifetimes.Clear();
            _streams.Clear();
        }

        return forgotten;
    }

    /// <summary>
    /// Forgets the crashes that came with these documents, with what they said, so that nothing of them is left in the file or its
    /// log. Call it right after a commit. Returns how many.
    /// </summary>
    public int ForgetCrashes(IReadOnlySet<string> documentIds)
    {
        var forgotten = 0;
        _connection.Execute("PRAGMA secure_delete=ON");
        InTransaction(() => forgotten = _sql.CrashDocuments().Where(documentIds.Contains).Sum(id => _sql.ForgetCrashes(id, _gone)));
        if (forgotten > 0)
        {
            _connection.Execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
        }

        return forgotten;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sql.Dispose();
        _connection.Dispose();
        _lock.Dispose();
    }

    private void InTransaction(Action change)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _sql.Use(transaction);
        try
        {
            change();
            transaction.Commit();
        }
        finally
        {
            _sql.Use(null);
        }
    }

    private long NowUnixUs => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;

    private void ReadMeta()
    {
        Position = _sql.Meta("position");
        AppliedBusUnixUs = _sql.Meta("applied_bus_us");
        Mark = _sql.MetaText("mark");
    }

    private async ValueTask<HashSet<LifetimeId>> RestoreAsync(IStateLogReader log, long from, long nowUnixUs, CancellationToken cancel)
    {
        var changed = new HashSet<LifetimeId>();
        await using var transaction = _connection.BeginTransaction(deferred: false);
        _sql.Use(transaction);
        try
        {
            if (from == 0)
            {
                _sql.Clear();
            }

            var next = await log.ReadAsync(from, Apply, cancel);
            _sql.SetMeta("log_position", next);
            _sql.SetMeta("log_read_us", nowUnixUs);
            await transaction.CommitAsync(cancel);
        }
        finally
        {
            _sql.Use(null);
        }

        _received.Clear();
        _lifetimes.Clear();
        _streams.Clear();
        ReadMeta();
        return changed;

        void Apply(StateRow row)
        {
            _sql.Apply(row);
            if (row.Key is [StateRowFormat.Lifetime or StateRowFormat.Stream or StateRowFormat.Received or StateRowFormat.Crash or StateRowFormat.Loss, ..])
            {
                changed.Add(StateRowFormat.LifetimeOf(row.Key));
            }
        }
    }

    /// <summary>What a lifetime or a stream may have is bounded.</summary>
    private void Bound(StateCheckpoint checkpoint)
    {
        foreach (var row in checkpoint.Rows.Where(row => row.Value is not null))
        {
            if (row.Key[0] == StateRowFormat.Received)
            {
                _sql.ForgetRuns(StateRowFormat.StreamOf(row.Key), MaxRunsPerStream, _gone);
            }
            else if (row.Key[0] == StateRowFormat.Loss)
            {
                _sql.ForgetLosses(StateRowFormat.LifetimeOf(row.Key), MaxLosses, _gone);
            }
        }
    }
}
