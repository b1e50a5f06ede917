using System.Text.Json;
using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// The state of one lane in <c>state.db</c>. Changes are made in memory and reach the file together with the bus position in
/// <see cref="Commit"/>, in one synced transaction; what was not committed is lost with the process and made again by
/// replaying the bus from <see cref="Position"/>. One owner at a time, across processes; not thread-safe.
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
    private readonly StateStatements _sql;
    private readonly WorkingSet<StreamEpoch, ReceivedStream> _received;
    private readonly WorkingSet<LifetimeId, LifetimeFacts> _lifetimes;
    private readonly WorkingSet<StreamEpoch, StreamFacts> _streams;
    private readonly Dictionary<(StreamEpoch Key, ulong FirstSeq), ReceivedRun> _runs = [];
    private readonly List<LifetimeCrash> _crashes = [];
    private readonly List<(LifetimeId Lifetime, LifetimeLoss Loss)> _losses = [];

    private SqliteLaneState(FileStream @lock, SqliteConnection connection, string? setAside)
    {
        (_lock, _connection, SetAside) = (@lock, connection, setAside);
        _sql = new StateStatements(connection);
        _received = new(20_000, _sql.LoadReceived);
        _lifetimes = new(2_000, _sql.LoadLifetime);
        _streams = new(20_000, _sql.LoadStream);
        Position = _sql.Meta("position");
        AppliedBusUnixUs = _sql.Meta("applied_bus_us");
    }

    /// <summary>Bus position to read from.</summary>
    public long Position { get; private set; }

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
            return new SqliteLaneState(@lock, connection, setAside);
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
        _runs.TryGetValue((key, firstSeq), out run) || _sql.TryLoadRun(key, firstSeq, out run);

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

    /// <inheritdoc/>
    public StreamFacts Stream(in StreamEpoch key) => _streams.Change(key);

    /// <inheritdoc/>
    public void AddCrash(LifetimeCrash crash) => _crashes.Add(crash);

    /// <inheritdoc/>
    public void AddLoss(LifetimeId lifetime, LifetimeLoss loss) => _losses.Add((lifetime, loss));

    /// <summary>
    /// Makes all changes durable: every entry before <paramref name="position"/> is in the state. Throws
    /// <see cref="SqliteException"/> when it could not; the file is then as it was, and the changes are still in memory.
    /// </summary>
    public void Commit(long position, long appliedBusUnixUs)
    {
        InTransaction(() =>
        {
            Save();
            _sql.SetMeta("position", position);
            _sql.SetMeta("applied_bus_us", appliedBusUnixUs);
        });
        (Position, AppliedBusUnixUs) = (position, appliedBusUnixUs);
        _received.Saved();
        _lifetimes.Saved();
        _streams.Saved();
        _runs.Clear();
        _crashes.Clear();
        _losses.Clear();
    }

    /// <summary>
    /// Notes that everything on the bus has been indexed at a time, so that readers can tell silence from lag.
    /// </summary>
    public void CaughtUp(long unixUs) => InTransaction(() => _sql.SetMeta("caught_up_us", unixUs));

    /// <summary>
    /// Forgets lifetimes, with all that belongs to them, that were last heard of before a time, and digests of runs older
    /// than <paramref name="runsBeforeUnixUs"/>. Call it right after a commit. Returns the lifetimes forgotten.
    /// </summary>
    public int Retain(long lifetimesBeforeUnixUs, long runsBeforeUnixUs)
    {
        var forgotten = 0;
        InTransaction(() => forgotten = _sql.Forget(lifetimesBeforeUnixUs, runsBeforeUnixUs));
        if (forgotten > 0)
        {
            _received.Clear();
            _lifetimes.Clear();
            _streams.Clear();
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

    private void Save()
    {
        foreach (var (key, received) in _received.Changed)
        {
            _sql.SaveReceived(key, received);
        }

        foreach (var ((key, firstSeq), run) in _runs)
        {
            _sql.SaveRun(key, firstSeq, run);
        }

        foreach (var (id, facts) in _lifetimes.Changed)
        {
            _sql.SaveLifetime(id, facts);
        }

        foreach (var (key, facts) in _streams.Changed)
        {
            _sql.SaveStream(key, facts);
        }

        foreach (var crash in _crashes)
        {
            _sql.SaveCrash(crash, JsonSerializer.SerializeToUtf8Bytes(crash, StateJson.Default.LifetimeCrash));
        }

        foreach (var (lifetime, loss) in _losses)
        {
            _sql.SaveLoss(lifetime, JsonSerializer.SerializeToUtf8Bytes(loss, StateJson.Default.LifetimeLoss), MaxLosses);
        }

        foreach (var key in _received.Changed)
        {
            _sql.ForgetRuns(key.Key, MaxRunsPerStream);
        }
    }
}
