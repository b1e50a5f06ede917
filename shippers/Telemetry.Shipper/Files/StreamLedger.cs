using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;

namespace Telemetry.Shipper.Files;

/// <summary>
/// What the lane's log and the critical lane are told about the streams of files: their numberings before the first number is
/// used, how far they were seen, their ends. The tailer's thread only.
/// </summary>
internal sealed class StreamLedger(FileSet files, PlanWriter plans, PlanReader reader, LaneLog log, CriticalRecorder critical,
    LifetimeContext context, TimeProvider time)
{
    private static readonly TimeSpan SaveSizesEvery = TimeSpan.FromSeconds(10);

    private long _sizesSavedAt = time.GetTimestamp();

    /// <summary>All streams, those of a former boot too.</summary>
    public IEnumerable<StreamState> Streams =>
        files.Streams.Select(s => s.State).Concat(files.Streams.Select(s => s.Former).OfType<StreamState>());

    /// <summary>Tells the log of new epochs before their first number is used, and the critical lane after that.</summary>
    public void PersistNewEpochs()
    {
        var fresh = files.Streams.Where(s => !s.IsPersisted).ToList();
        if (fresh.Count == 0 || !plans.Commit())
        {
            return;
        }

        StreamState[] states = [.. fresh.Select(s => s.State), .. fresh.Select(s => s.Former).OfType<StreamState>()];
        if (!TryWrite(full: false, states))
        {
            plans.NoteWriteFailure();
            return;
        }

        foreach (var stream in fresh)
        {
            stream.IsPersisted = true;
        }

        critical.Opened(states);
        TryWrite(full: false, states);
        foreach (var state in states)
        {
            state.Publish();
        }
    }

    /// <summary>A kill between the log's word and the critical lane's leaves epochs that nobody was told of.</summary>
    public void AnnounceRestored()
    {
        var unannounced = files.Streams.Where(s => s.IsPersisted && !s.State.Announced).ToList();
        critical.Opened([.. unannounced.Select(s => s.State)]);
        foreach (var stream in files.Streams)
        {
            stream.IsDirty = !stream.State.Announced;
            stream.State.Publish();
        }
    }

    /// <summary>What was seen of the files bounds what a reboot ships under this lifetime.</summary>
    public void SaveSizes()
    {
        if (time.GetElapsedTime(_sizesSavedAt) < SaveSizesEvery)
        {
            return;
        }

        _sizesSavedAt = time.GetTimestamp();
        var dirty = files.Streams.Where(s => s.IsDirty && s.IsPersisted).ToList();
        if (dirty.Count == 0 || !plans.Commit() || !TryWrite(full: false, [.. dirty.Select(s => s.State)]))
        {
            return;
        }

        foreach (var stream in dirty)
        {
            stream.IsDirty = false;
            stream.State.Publish();
        }
    }

    /// <summary>Writes everything. Only while nothing is collected that is not planned: its numbers are taken.</summary>
    public void WriteCheckpoint() => TryWrite(full: true, [.. Streams]);

    private bool TryWrite(bool full, IReadOnlyList<StreamState> streams) =>
        log.TryAppendCheckpoint(new Checkpoint(full, context.InstanceId, context.BootId, critical.FormerBootIds, streams));

    /// <summary>Streams of which a plan could not be read again begin anew.</summary>
    public void TakeAbandoned()
    {
        while (reader.Abandoned.TryDequeue(out var run))
        {
            var stream = files.Streams.FirstOrDefault(s => s.State.Id == run.Stream && s.State.Epoch == run.Epoch);
            if (stream is null)
            {
                continue;
            }

            if (!plans.Commit())
            {
                reader.Abandoned.Enqueue(run);
                return;
            }

            files.BeginAnew(stream, "source changed");
            PersistNewEpochs();
        }
    }

    /// <summary>Ends the former boot's numbering of a stream whose files are read up to what that boot saw.</summary>
    public void FinishFormer(TailedStream stream)
    {
        if (stream.Former is { } former && stream.Files.All(f => f.State.Offset >= f.FormerUntil) && plans.Commit())
        {
            critical.Closed(former, "end of the former boot");
            stream.Former = null;
            stream.IsDirty = true;
        }
    }
}
