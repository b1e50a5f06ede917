using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// The logs and connections of one application's process, so that it can fill or block only its own. Shared by the calls of the process.
/// </summary>
internal sealed class ApplicationSpool(ProcessSpool spool, LifetimeContext server, Peer peer)
{
    /// <summary>Of each log. What is known of a frame is in memory, however small it is on the disk.</summary>
    private const int MaxFrames = 16 << 10;

    /// <summary>A logger names one workload; a process has a few loggers.</summary>
    private const int MaxIntroduced = 16;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _formerBootIds = [];
    private readonly HashSet<string> _introduced = [];

    public Peer Peer => peer;

    /// <summary>Calls that use it; of <see cref="ApplicationSpools"/>, under its lock.</summary>
    public int Calls { get; set; }

    /// <summary>When the last call ended; of <see cref="ApplicationSpools"/>, under its lock.</summary>
    public long LeftAt { get; set; }

    public LanePair Lanes => spool.Lanes;

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

    public ValueTask DisposeAsync() => spool.DisposeAsync();

    /// <summary>Without one nothing would be trimmed. The streams are numbered by the application, which remembers them.</summary>
    private void WriteCheckpoint(LaneLog log) => log.TryAppendCheckpoint(
        new Checkpoint(true, server.InstanceId, server.BootId, [.. _formerBootIds], []));
}
