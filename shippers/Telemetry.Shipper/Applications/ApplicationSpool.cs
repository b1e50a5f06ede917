using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// The logs and connections of one application's process, so that it can fill or block only its own. Shared by the calls of the process.
/// </summary>
internal sealed class ApplicationSpool
{
    /// <summary>Of each log. What is known of a frame is in memory, however small it is on the disk.</summary>
    private const int MaxFrames = 16 << 10;

    /// <summary>A logger names one workload; a process has a few loggers.</summary>
    private const int MaxIntroduced = 16;

    private const int MaxRefused = 64;

    private readonly ProcessSpool _spool;
    private readonly LifetimeContext _server;
    private readonly Lock _gate = new();
    private readonly Queue<Loss> _refused = new();
    private readonly HashSet<string> _formerBootIds = [];
    private readonly HashSet<string> _introduced = [];

    public ApplicationSpool(ProcessSpool spool, LifetimeContext server, Peer peer)
    {
        (_spool, _server, Peer) = (spool, server, peer);
        Lanes.Recorder.Recorded += NoteRefused;
    }

    public Peer Peer { get; }

    /// <summary>Calls that use it; of <see cref="ApplicationSpools"/>, under its lock.</summary>
    public int Calls { get; set; }

    /// <summary>When the last call ended; of <see cref="ApplicationSpools"/>, under its lock.</summary>
    public long LeftAt { get; set; }

    public LanePair Lanes => _spool.Lanes;

    public LaneLog LogOf(Lane lane) => lane == Lane.Critical ? Lanes.Critical : Lanes.Bulk;

    /// <summary>Its records come from these boots as well.</summary>
    public void AddFormerBoots(IReadOnlyList<string> bootIds)
    {
        lock (_gate)
        {
            _formerBootIds.UnionWith(bootIds);
            Lanes.FormerBootIds = [.. _formerBootIds];
            WriteCheckpoint(Lanes.Bulk);
        }
    }

    /// <summary>True the first time that its process names this workload.</summary>
    public bool TryIntroduce(string workloadId)
    {
        lock (_gate)
        {
            return _introduced.Count < MaxIntroduced && _introduced.Add(workloadId);
        }
    }

    /// <summary>
    /// Appends a batch; false while the log is full or the disk is. <paramref name="taken"/>: when so many records of the log are settled,
    /// this batch is.
    /// </summary>
    public bool TryAppend(BatchHeader header, BatchMessage message, out long taken)
    {
        var log = LogOf(header.Lane);
        lock (_gate)
        {
            var isAppended = log.UnacknowledgedFrames < MaxFrames && log.TryAppendBatch(header, message, fromReserve: false);
            taken = log.TakenRecords;
            if (isAppended && log.WantsCheckpoint)
            {
                WriteCheckpoint(log);
            }

            return isAppended;
        }
    }

    /// <summary>What a gateway said of records that it refused after they were accepted here; null when it did not, or long ago.</summary>
    public string? FindRefusal(IEnumerable<Run> runs)
    {
        lock (_gate)
        {
            return _refused.FirstOrDefault(loss => runs.Any(run => run.Stream.Value == loss.StreamId && run.Epoch.Value == loss.Epoch
                && run.FirstSeq < loss.FirstSeq + loss.Count && loss.FirstSeq < run.FirstSeq + run.Count))?.Detail;
        }
    }

    public ValueTask DisposeAsync() => _spool.DisposeAsync();

    private void NoteRefused(Loss loss)
    {
        if (loss.Reason != LossReason.Rejected)
        {
            return;
        }

        lock (_gate)
        {
            if (_refused.Count == MaxRefused)
            {
                _refused.Dequeue();
            }

            _refused.Enqueue(loss);
        }
    }

    /// <summary>Without one nothing would be trimmed. The streams are numbered by the application, which remembers them.</summary>
    private void WriteCheckpoint(LaneLog log) => log.TryAppendCheckpoint(
        new Checkpoint(true, _server.InstanceId, _server.BootId, [.. _formerBootIds], []));
}
