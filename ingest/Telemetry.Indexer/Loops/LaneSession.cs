using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// One lane from its last commit to the next failure. Everything that was read since the last commit is in here and goes with
/// it: after a failure a new session begins where the state's file is, and the store skips what it has applied already.
/// Not thread-safe.
/// </summary>
internal sealed class LaneSession : IAsyncDisposable
{
    private readonly LaneContext _lane;
    private readonly SqliteLaneState _state;
    private readonly IDocumentWriter _writer;
    private readonly IBusReader _reader;
    private readonly EntryCheck _check;
    private readonly EntryApplier _applier;
    private readonly DeadEntries _deadEntries;
    private readonly IdentityWait _identityWait;
    private long _next, _busUnixUs;

    private LaneSession(LaneContext lane, SqliteLaneState state, IDocumentWriter writer, IBusReader reader)
    {
        (_lane, _state, _writer, _reader) = (lane, state, writer, reader);
        (_next, _busUnixUs) = (Math.Min(state.Position, writer.AppliedPosition), state.AppliedBusUnixUs);
        _check = new EntryCheck(lane.Lane);
        _applier = new EntryApplier(lane, state, writer);
        _deadEntries = new DeadEntries(lane, _applier);
        _identityWait = new IdentityWait(lane.Directory, lane.Time, lane.Options.IdentityWait);
    }

    /// <summary>When the first entry since the last commit was applied, as a timestamp; null when all is committed.</summary>
    public long? PendingSince { get; private set; }

    /// <summary>Bytes of documents that wait for a commit.</summary>
    public long PendingBytes => _writer.PendingBytes;

    /// <summary>Bytes on the bus that are not read.</summary>
    public long LagBytes => _reader.LagBytes;

    /// <summary>Bus time of the last entry read, microseconds since the Unix epoch; 0 is none.</summary>
    public long BusUnixUs => _busUnixUs;

    /// <summary>Opens state, store and bus. Throws what they throw.</summary>
    public static async ValueTask<LaneSession> OpenAsync(LaneContext lane)
    {
        var state = SqliteLaneState.Open(lane.Options.StatePath(lane.Lane), lane.Lane, lane.Time);
        IDocumentWriter? writer = null;
        try
        {
            if (state.SetAside is { } file)
            {
                lane.Log.StateSetAside(lane.Name, file);
            }

            writer = lane.OpenWriter(await OldestAsync(lane));
            // A store that lost documents to damage is behind the state: what the bus still has is written again.
            var from = Math.Min(state.Position, writer.AppliedPosition);
            var reader = lane.Bus.OpenReader(lane.Lane, new BusPosition(from), out var skipped);
            if (skipped < 0)
            {
                // Its positions would be taken for ones that are stored already, and what is at them silently passed over.
                await reader.DisposeAsync();
                throw new IOException(
                    $"The {lane.Name} lane of the bus ends {-skipped} bytes before what is indexed: it is another bus. "
                    + "Restore it, or move the store's folder aside to begin anew.");
            }

            if (skipped > 0)
            {
                lane.Log.Overtaken(lane.Name, skipped);
            }

            lane.Log.Started(lane.Name, from);
            return new LaneSession(lane, state, writer, reader);
        }
        catch
        {
            if (writer is not null)
            {
                await writer.DisposeAsync();
            }

            state.Dispose();
            throw;
        }
    }

    private static async ValueTask<BusPosition> OldestAsync(LaneContext lane)
    {
        await using var reader = lane.Bus.OpenReader(lane.Lane, default, out var skipped);
        return new BusPosition(skipped);
    }

    /// <summary>Applies the next entry. False when the bus has none.</summary>
    public async ValueTask<bool> TryStepAsync(CancellationToken cancel)
    {
        if (!_reader.TryRead(out var entry))
        {
            return false;
        }

        PendingSince ??= _lane.Time.GetTimestamp();
        var arrival = new Arrival(
            entry, Learn: entry.Position.Value >= _state.Position,
            Write: _writer.Begin(entry.Position.Value, entry.Stamp.BusUnixUs));
        if (!_check.TryOpen(entry, out var header, out var raw, out var problem))
        {
            _deadEntries.Keep(arrival, header, problem);
        }
        else
        {
            if (_lane.Lane == Lane.Bulk && arrival.Write)
            {
                await _identityWait.ForAsync(entry.Stamp, header!.Runs, cancel);
            }

            _applier.Apply(arrival, header!, raw.Span);
        }

        (_next, _busUnixUs) = (entry.Next.Value, entry.Stamp.BusUnixUs);
        if (_lane.Lane == Lane.Critical)
        {
            _lane.Directory.Reached(_busUnixUs);
        }

        return true;
    }

    /// <summary>Completes when there may be more, or after <paramref name="atMost"/>.</summary>
    public ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel) => _reader.WaitAsync(atMost, cancel);

    /// <summary>Makes durable what was applied: documents first, then the state, then the bus may forget.</summary>
    public async ValueTask CommitAsync(CancellationToken cancel)
    {
        var began = _lane.Time.GetTimestamp();
        await _writer.CommitAsync(_next, cancel);
        if (_next > _state.Position)
        {
            _state.Commit(_next, _busUnixUs);
        }

        _lane.Bus.AllowTrim(_lane.Lane, new BusPosition(_next));
        PendingSince = null;
        _lane.Metrics.Committed(_lane.Time.GetElapsedTime(began));
    }

    /// <summary>All of the bus is indexed as of now: silence from here on is silence.</summary>
    public void CaughtUp()
    {
        var now = _lane.NowUnixUs;
        _state.CaughtUp(now);
        _writer.Rest(now);
        if (_lane.Lane == Lane.Critical)
        {
            _lane.Directory.Reached(now);
        }
    }

    /// <summary>Forgets what is too old. Only when all is committed.</summary>
    public void Retain()
    {
        var now = _lane.NowUnixUs;
        _state.Retain(now - (long)_lane.Options.KeepLifetimes.TotalMicroseconds,
            now - (long)_lane.Options.KeepRuns.TotalMicroseconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        _state.Dispose();
    }
}
