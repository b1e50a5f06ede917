using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Indexer.Loops;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer;

/// <summary>Runs the lanes and retention of one data directory. One per directory at a time, across processes.</summary>
public sealed class IndexerHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(Lane Lane, Task Task)> _running = [];
    private readonly List<(Lane Lane, IndexerLane Loop)> _lanes = [];
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Meter _meter = new(IndexerMetrics.MeterName);

    private IndexerHost(ILogger log, TimeProvider time) => (_log, _time) = (log, time);

    /// <summary>A sentence for each lane that fails and is tried again; empty while all is well. Any thread.</summary>
    public IEnumerable<string> Problems =>
        from lane in _lanes
        where lane.Loop.Problem.Length > 0
        select $"The {IndexerOptions.Name(lane.Lane)} lane is not indexed and is tried again: {lane.Loop.Problem}";

    /// <summary>
    /// Starts the loops and returns at once. A lane that cannot start (state locked by another process, disk full) says so in
    /// the log and tries again.
    /// </summary>
    /// <param name="options">Directory, bounds and pauses.</param>
    /// <param name="bus">Bus to read; not disposed.</param>
    /// <param name="openWriter">
    /// Opens the documents of a lane, told the first position that the bus has; called again after a failure, once the former writer is disposed. What was not committed
    /// is written again.
    /// </param>
    /// <param name="retention">Called each <see cref="IndexerOptions.RetainEvery"/>; null keeps everything.</param>
    /// <param name="log">Log; null is none.</param>
    /// <param name="time">Clock; null is the real one.</param>
    public static IndexerHost Start(
        IndexerOptions options, IBus bus, Func<Lane, BusPosition, IDocumentWriter> openWriter, IRetention? retention = null,
        ILogger? log = null, TimeProvider? time = null)
    {
        var host = new IndexerHost(log ?? NullLogger.Instance, time ?? TimeProvider.System);
        var directory = new LifetimeDirectory(new SqliteFactsReader(options.StatePath(Lane.Critical)), host._time);
        if (options.Lanes.Contains(Lane.Critical))
        {
            directory.ExpectCritical();
        }

        foreach (var lane in options.Lanes)
        {
            host.StartLane(options, bus, openWriter, directory, lane);
        }

        if (retention is not null)
        {
            host._running.Add((default, host.RetainAsync(retention, options.RetainEvery)));
        }

        return host;
    }

    /// <summary>
    /// Stops reading, commits what was read and returns when the loops have ended, at the latest after
    /// <paramref name="budget"/>. What was not committed is indexed again at the next start. Does not throw.
    /// </summary>
    public async Task StopAsync(TimeSpan budget)
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running.Select(r => r.Task)).WaitAsync(budget, _time);
        }
        catch (TimeoutException)
        {
            foreach (var (lane, task) in _running.Where(r => !r.Task.IsCompleted))
            {
                _log.StopOverdue(IndexerOptions.Name(lane), budget.TotalSeconds);
            }
        }
    }

    /// <summary>Stops within 10 s.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(10));
        _stop.Dispose();
        _meter.Dispose();
    }

    private void StartLane(
        IndexerOptions options, IBus bus, Func<Lane, BusPosition, IDocumentWriter> openWriter, LifetimeDirectory directory, Lane lane)
    {
        IndexerLane? loop = null;
        var metrics = new IndexerMetrics(_meter, lane, () => loop?.Lag() ?? default);
        loop = new IndexerLane(new LaneContext(
            lane, options, bus, oldest => openWriter(lane, oldest), directory, metrics, _log, _time));

        _lanes.Add((lane, loop));
        _running.Add((lane, Task.Run(() => loop.RunAsync(_stop.Token))));
    }

    private async Task RetainAsync(IRetention retention, TimeSpan every)
    {
        using var timer = new PeriodicTimer(every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await RetainOnceAsync(retention);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RetainOnceAsync(IRetention retention)
    {
        try
        {
            await retention.ApplyAsync(_stop.Token);
        }
#pragma warning disable CA1031 // The one handler of this loop.
        catch (Exception e) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _log.RetentionFailed(e);
        }
    }
}
