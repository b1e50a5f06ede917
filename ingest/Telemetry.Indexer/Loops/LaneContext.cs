using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>What all partitions of one lane work with; outlives them.</summary>
internal sealed record LaneContext(
    Lane Lane, IndexerOptions Options, Func<BusPartition, WriterOpening, IDocumentWriter> OpenWriter, IndexerMetrics Metrics,
    ILogger Log, TimeProvider Time)
{
    /// <summary>What was purged from a store that others share; null where this process alone purges.</summary>
    public IPurgeNotes? Purged { get; init; }

    public OvertakenAlarm Overtaken { get; } = new(Metrics, Options.TellOvertakenFor, Time);

    public LogLimit DeadLetterLimit { get; } = new(Time);

    public LogLimit ConflictLimit { get; } = new(Time);

    /// <summary>The present, microseconds since the Unix epoch.</summary>
    public long NowUnixUs => (Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
}
