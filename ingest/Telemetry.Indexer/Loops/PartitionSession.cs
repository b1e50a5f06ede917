using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Store.Purging;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;
using LossReason = Telemetry.Protos.V1.LossReason;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// One partition from its last commit to the next failure. Everything that was read since the last commit is in here and goes
/// with it: after a failure a new session begins where the state is, and the store skips what it has applied already.
/// Not thread-safe.
/// </summary>
internal sealed class PartitionSession : IAsyncDisposable
{
    private readonly PartitionContext _partition;
    private readonly LaneContext _lane;
    private readonly SqliteLaneState _state;
    private readonly IDocumentWriter _writer;
    private readonly IBusReader _reader;
    private readonly EntryCheck _check;
    private readonly EntryApplier _applier;
    private readonly DeadEntries _deadEntries;
    private readonly PendingLetters _letters;
    private readonly IdentityWait _identityWait;
    private readonly long _learned;
    private readonly CancellationToken _abandon;
    private PendingCommit? _commit;
    private long _next, _busUnixUs;

    // Stopped while it waits for an identity, the session commits what it has applied, and not the entry in its hand.
    private bool _hasEntryInHand;

    private PartitionSession(
        PartitionContext partition, SqliteLaneState state, IDocumentWriter writer, IBusReader reader, CancellationToken abandon)
    {
        (_partition, _lane, _state, _writer, _reader, _abandon) = (partition, partition.Lane, state, writer, reader, abandon);
        (_learned, _next, _busUnixUs) = (state.Position, reader.Position.Value, state.AppliedBusUnixUs);
        _letters = new PendingLetters(partition.Lease.Partition);
        _check = new EntryCheck(_lane.Lane);
        _applier = new EntryApplier(partition, state, writer, _letters);
        _deadEntries = new DeadEntries(partition, _applier, _letters);
        _identityWait = new IdentityWait(partition.Directory, _lane.Time, _lane.Options.IdentityWait);
    }

    /// <summary>When the first entry since the last commit began was applied, as a timestamp; null when there is none.</summary>
    public long? PendingSince { get; private set; }

    /// <summary>Bytes of documents and dead letters that wait for a commit.</summary>
    public long PendingBytes => _writer.PendingBytes + _letters.Bytes;

    /// <summary>True from the beginning of a commit to its end.</summary>
    public bool IsCommitting => _commit is not null;

    /// <summary>Bytes on the bus that are not read.</summary>
    public long LagBytes => _reader.LagBytes;

    /// <summary>Bus time of the last entry read, microseconds since the Unix epoch; 0 is none.</summary>
    public long BusUnixUs => _busUnixUs;

    /// <summary>Opens state, store and bus. Throws what they throw.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="abandon">Ends commits that are under way, without an answer.</param>
    public static async ValueTask<PartitionSession> OpenAsync(PartitionContext partition, CancellationToken abandon)
    {
        var lane = partition.Lane;
        var state = SqliteLaneState.Open(partition.StatePath, lane.Lane, lane.Time);
        IDocumentWriter? writer = null;
        IBusReader? reader = null;
        try
        {
            if (state.SetAside is { } file)
            {
                lane.Log.StateSetAside(partition.Name, file);
            }

            var from = await RestoreAsync(partition, state, abandon);
            var (oldest, end) = partition.Lease.Extent();
            // The mark tells of what was not committed; what is read once more may lie anywhere before it.
            var mark = from < state.Position ? "" : state.Mark;
            writer = lane.OpenWriter(partition.Lease.Partition, new WriterOpening(oldest.Value, mark, end.Value));
            // A store that lost documents to damage is behind the state: what the bus still has is written again.
            from = Math.Min(from, writer.AppliedPosition);
            reader = partition.Lease.OpenReader(new BusPosition(from), out var skipped);
            if (skipped < 0)
            {
                // Its positions would be taken for ones that are stored already, and what is at them silently passed over.
                throw new IOException(
                    $"The {partition.Name} part of the bus ends {-skipped} before what is indexed: it is another bus. "
                    + "Restore it, or move the store's folder aside to begin anew.");
            }

            var session = new PartitionSession(partition, state, writer, reader, abandon);
            if (skipped > 0 && (state.AppliedBusUnixUs > 0 || await partition.Lease.MayHaveHeldEntriesAsync(abandon)))
            {
                session.DeclareOvertaken(from, skipped);
            }

            if (from < state.Position && lane.Purged is { } purged)
            {
                // What is read once more would bring back what another process purged.
                await session.NotePurgedAsync((await purged.ReadAsync(0, abandon)).Notes);
            }

            if (lane.Lane == Lane.Critical)
            {
                partition.Directory.Reached(state.AppliedBusUnixUs);
            }

            lane.Log.Started(partition.Name, from);
            return session;
        }
        catch
        {
            if (reader is not null)
            {
                await reader.DisposeAsync();
            }

            if (writer is not null)
            {
                await writer.DisposeAsync();
            }

            state.Dispose();
            throw;
        }
    }

    /// <summary>Applies the next entry. False when the bus has none.</summary>
    public async ValueTask<bool> TryStepAsync(CancellationToken cancel)
    {
        await _writer.WaitForRoomAsync(cancel);
        if (!_reader.TryRead(out var entry))
        {
            return false;
        }

        _hasEntryInHand = true;
        PendingSince ??= _lane.Time.GetTimestamp();
        var arrival = new Arrival(
            entry, Learn: entry.Position.Value >= _learned,
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

        (_next, _busUnixUs, _hasEntryInHand) = (entry.Next.Value, entry.Stamp.BusUnixUs, false);
        if (_lane.Lane == Lane.Critical)
        {
            _partition.Directory.Reached(_busUnixUs);
        }

        return true;
    }

    /// <summary>Completes when there may be more, or after <paramref name="atMost"/>.</summary>
    public ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel) => _reader.WaitAsync(atMost, cancel);

    /// <summary>Begins to make durable what was applied: documents first, then the state, then the bus may forget.</summary>
    public async ValueTask BeginCommitAsync()
    {
        _next = _hasEntryInHand ? _next : Math.Max(_next, _reader.Position.Value);
        var checkpoint = _state.Take(Math.Max(_next, _learned), _busUnixUs, _writer.Mark);
        PendingSince = null;
        _commit = new PendingCommit(
            checkpoint, _letters.Take(), _applier.TakeEventful(), _next, _writer.CommitAsync(_next, _abandon).AsTask(), _lane.Time.GetTimestamp());
        await AdvanceAsync();
    }

    /// <summary>Takes the commit as far as it can go without waiting. Throws what failed.</summary>
    public async ValueTask AdvanceAsync()
    {
        while (_commit is { Waiting.IsCompleted: true } commit)
        {
            if (commit.StateLog is null)
            {
                KeepRefused(commit, await commit.Documents);
                commit.StateLog = CommitStateAsync(commit);
                continue;
            }

            await commit.StateLog;
            _state.Save(commit.Checkpoint);
            _partition.Co.Note(commit.Checkpoint.Lifetimes, commit.Eventful);
            _partition.Lease.AllowTrim(new BusPosition(commit.Next));
            _lane.Metrics.Committed(_lane.Time.GetElapsedTime(commit.Began));
            _commit = null;
        }
    }

    /// <summary>Waits for the end of the commit that is under way, if any.</summary>
    public async ValueTask FinishCommitAsync()
    {
        while (_commit is { } commit)
        {
            await commit.Waiting.WaitAsync(_abandon);
            await AdvanceAsync();
        }
    }

    /// <summary>Notes up to when all of the bus is indexed: silence until then is silence. Only when all is committed.</summary>
    public void CaughtUp()
    {
        if (_reader.ReachedUnixUs is var reached and > 0)
        {
            _state.CaughtUp(reached);
            _writer.Rest(reached);
            if (_lane.Lane == Lane.Critical)
            {
                _partition.Directory.Reached(reached);
            }
        }
    }

    /// <summary>True when the reader is past what was committed last, by what is no entry.</summary>
    public bool IsPastCommitted => !_hasEntryInHand && _reader.Position.Value > _next;

    /// <summary>
    /// Deletes for good what matches in the documents of this partition. The account comes first: a purge that is killed in between
    /// says more than is gone, and is run again. Only when all is committed.
    /// </summary>
    public async ValueTask<PurgeReport> PurgeAsync(PurgeRequest request, string detail, CancellationToken cancel)
    {
        var purger = (IDocumentPurger)_writer;
        var found = await purger.FindAsync(request, cancel);
        var noted = await NotePurgedAsync([.. found.Notes(detail, _lane.NowUnixUs)]);
        var left = await purger.DeleteAsync(found, cancel);
        return new PurgeReport(found.Documents.Count, noted, [.. found.Incomplete, .. left]);
    }

    /// <summary>
    /// Notes, durably, what is not or will not be in the store any more, of the streams that came with this partition. Returns how many
    /// records are news to their accounts. Only when all is committed.
    /// </summary>
    public async ValueTask<long> NotePurgedAsync(IReadOnlyCollection<PurgeNote> notes)
    {
        var noted = 0L;
        foreach (var note in notes.Where(note => _state.Received(note.Stream).Intervals.Intervals.Count > 0))
        {
            var news = note.NewTo(_state.Withheld(note.Stream));
            if (news.Count > 0)
            {
                _state.Stream(note.Stream).AddRefused(news);
                _state.AddLoss(note.Stream.Lifetime, note.Loss(news));
                noted += (long)news.Count;
            }
        }

        if (noted > 0)
        {
            await BeginCommitAsync();
            await FinishCommitAsync();
        }

        if (_state.ForgetCrashes(notes.SelectMany(note => note.Crashes).ToHashSet(StringComparer.Ordinal)) > 0)
        {
            await BeginCommitAsync();
            await FinishCommitAsync();
        }

        return noted;
    }

    /// <summary>Forgets what is too old, or nothing while it is not known what is held. Only when all is committed.</summary>
    public void Retain()
    {
        IReadOnlySet<LifetimeId> held;
        try
        {
            held = _lane.Options.Held();
        }
        catch (IOException e)
        {
            _lane.Log.RetentionFailed(e);
            return;
        }

        var now = _lane.NowUnixUs;
        _state.Retain(now - (long)_lane.Options.KeepLifetimes.TotalMicroseconds,
            now - (long)_lane.Options.KeepRuns.TotalMicroseconds, held);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        _state.Dispose();
    }

    /// <summary>
    /// Position to read from. An offset before the state's position is one that somebody moved back: what lies between is written
    /// again if the store lacks it, and learned by nobody twice. Offsets are forgotten by the bus after a while without a member;
    /// the state is not.
    /// </summary>
    private static async ValueTask<long> RestoreAsync(PartitionContext partition, SqliteLaneState state, CancellationToken cancel)
    {
        if (partition.Lease.StateLog is not { } log)
        {
            return state.Position;
        }

        await using var rows = log.OpenReader();
        await state.RestoreAsync(rows, partition.Lane.Options.TrustStateFileFor, cancel);
        return Math.Min((await log.CommittedAsync(cancel))?.Value ?? state.Position, state.Position);
    }

    private Task CommitStateAsync(PendingCommit commit)
    {
        if (_partition.Lease.StateLog is { } log)
        {
            return log.CommitAsync(
                new StateCommit(commit.Checkpoint.Rows, commit.Letters, new BusPosition(commit.Next)), _abandon).AsTask();
        }

        commit.Letters.ForEach(_partition.DeadLetterFiles!.Keep);
        return Task.CompletedTask;
    }

    /// <summary>What the store refuses came, and is not in it: the lifetime says so.</summary>
    private void KeepRefused(PendingCommit commit, IReadOnlyList<RefusedDocument> refused)
    {
        foreach (var document in refused)
        {
            commit.Letters.Add(new DeadLetter(
                _partition.Lease.Partition, new BusPosition(document.Position), null,
                new BusStamp(document.Record.Lifetime, "", "", "", 0), document.Id.ToString(), document.Reason, document.Source));
            var record = document.Record;
            _state.Refused(commit.Checkpoint, new StreamEpoch(record.Lifetime, record.Stream, record.Epoch), record.Seq);
        }

        foreach (var same in refused.GroupBy(d => (d.Record.Lifetime, d.Record.Stream, d.Record.Epoch, d.Reason)))
        {
            var first = same.MinBy(d => d.Record.Seq)!;
            SqliteLaneState.AddLoss(commit.Checkpoint, same.Key.Lifetime, new LifetimeLoss(
                same.Key.Stream, same.Key.Epoch, first.Record.Seq, (ulong)same.Count(), 0, Names.Of(LossReason.StoreRefused), same.Key.Reason,
                first.MintedUnixUs));
        }

        if (refused.Count > 0)
        {
            _lane.Metrics.DeadLetter(refused.Count);
            if (_lane.DeadLetterLimit.Allows(out var suppressed))
            {
                _lane.Log.Refused(_partition.Name, refused.Count, refused[0].Reason, suppressed);
            }
        }
    }

    /// <summary>Nobody knows whose records were deleted unread: every server that was heard of not long before may lack some.</summary>
    private void DeclareOvertaken(long from, long skipped)
    {
        PendingSince = _lane.Time.GetTimestamp();
        if (_lane.Overtaken.Note(_partition.Lease.Partition, from, skipped) > 0)
        {
            _lane.Log.Overtaken(_partition.Name, skipped);
        }

        var loss = new LifetimeLoss(
            default, Epoch.None, 0, 0, 0, Names.Of(LossReason.Retention),
            $"Bus retention deleted {skipped} from position {from} of {_partition.Name} on before it was indexed; whose it was is not known.",
            _lane.NowUnixUs);
        var since = _state.AppliedBusUnixUs - (long)TimeSpan.FromHours(1).TotalMicroseconds;
        foreach (var lifetime in _state.HeardSince(since))
        {
            _state.AddLoss(lifetime, loss);
        }
    }
}
