using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>What one lane works with; outlives its sessions.</summary>
internal sealed record LaneContext(
    Lane Lane, IndexerOptions Options, IBus Bus, Func<BusPosition, IDocumentWriter> OpenWriter, LifetimeDirectory Directory,
    IndexerMetrics Metrics, ILogger Log, TimeProvider Time)
{
    /// <summary>Name of the lane.</summary>
    public string Name { get; } = IndexerOptions.Name(Lane);

    public DeadLetters DeadLetters { get; } = new(Options.DeadLetterPath(Lane));

    public LogLimit DeadLetterLimit { get; } = new(Time);

    public LogLimit ConflictLimit { get; } = new(Time);

    /// <summary>The present, microseconds since the Unix epoch.</summary>
    public long NowUnixUs => (Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
}
