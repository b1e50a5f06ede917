using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Bus;
using Telemetry.Indexer.Loops;
using Telemetry.Store;
using Telemetry.Store.Purging;

namespace Telemetry.Indexer;

/// <summary>
/// Reads lanes of the bus into a store, and applies retention. On the embedded bus one per data directory, across processes; on
/// Kafka any number share the partitions.
/// </summary>
public sealed class IndexerHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LanePartitions> _lanes = [];
    private readonly List<IBusMembership> _memberships = [];
    private readonly CoPartitions _shared;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Meter _meter = new(IndexerMetrics.MeterName);
    private Task _retaining = Task.CompletedTask;
    private Task _notingPurged = Task.CompletedTask;
    private readonly LogLimit _purgedLimit;
    private (string Problem, long Told) _retention = ("", 0);
    private int _disposed;

    private IndexerHost(IndexerOptions options, IBus bus, ILifetimeWriter? lifetimes, ILogger log, TimeProvider time) =>
        (_log, _time, _shared, _purgedLimit) = (log, time, new CoPartitions(options, bus, lifetimes, log, time), new LogLimit(time));

    /// <summary>
    /// A sentence for each part that fails and is tried again, or is not ready yet; empty while all is well. Any thread.
    /// </summary>
    public IEnumerable<string> Problems =>
        [.. _memberships.Select(m => m.Problem).Where(problem => problem.Length > 0), .. _lanes.SelectMany(lane => lane.Problems)];

    /// <summary>
    /// Starts the loops and returns at once. A partition that cannot start (state locked by another process, disk full) says so in
    /// the log and tries again.
    /// </summary>
    /// <param name="options">Directory, bounds and pauses.</param>
    /// <param name="bus">Bus to read; not disposed.</param>
    /// <param name="openWriter">
    /// Opens the documents of a partition; called again after a failure, once the former writer is disposed. What was not
    /// committed is written again.
    /// </param>
    /// <param name="lifetimes">Told of lifetimes, where others than this process read them; null is nobody.</param>
    /// <param name="retention">Called each <see cref="IndexerOptions.RetainEvery"/>; null keeps everything.</param>
    /// <param name="purged">What is purged from a store that others share, looked at as often; null where the writers purge their own.</param>
    /// <param name="log">Log; null is none.</param>
    /// <param name="time">Clock; null is the real one.</param>
    public static IndexerHost Start(
        IndexerOptions options, IBus bus, Func<BusPartition, WriterOpening, IDocumentWriter> openWriter,
        ILifetimeWriter? lifetimes = null, IRetention? retention = null, IPurgeNotes? purged = null,
        ILogger? log = null, TimeProvider? time = null)
    {
        var host = new IndexerHost(options, bus, lifetimes, log ?? NullLogger.Instance, time ?? TimeProvider.System);
        foreach (var lane in options.Lanes)
        {
            LanePartitions? partitions = null;
            var metrics = new IndexerMetrics(host._meter, lane, () => partitions?.Lag() ?? default);
            partitions = new LanePartitions(new LaneContext(lane, options, openWriter, metrics, host._log, host._time) { Purged = purged }, host._shared);
            host._lanes.Add(partitions);
        }

        host._memberships.AddRange(host._lanes.Select(lane => bus.Join(lane.Lane, lane)));
        if (retention is not null)
        {
            host._retaining = host.RepeatAsync(async () => await retention.ApplyAsync(host._stop.Token), host.TellRetention, options.RetainEvery);
        }

        if (purged is not null)
        {
            host._notingPurged = host.RepeatAsync(() => host.NotePurgedAsync(purged), host.TellPurged, options.RetainEvery);
        }

        return host;
    }

    /// <summary>
    /// Deletes documents for good from stores that the partitions' writers have to themselves, and notes in their lifetimes' accounts that
    /// they are gone. The lanes stand still meanwhile, the bus does not.
    /// </summary>
    /// <param name="request">What is to be deleted.</param>
    /// <param name="detail">Said of it in the accounts: one sentence that holds nothing of what is deleted.</param>
    /// <param name="cancel">Stops between partitions; what is deleted is deleted.</param>
    /// <exception cref="IOException">A part may be deleted; do it again.</exception>
    public async Task<PurgeReport> PurgeAsync(PurgeRequest request, string detail, CancellationToken cancel)
    {
        var all = PurgeReport.Nothing;
        foreach (var lane in _lanes)
        {
            await lane.DoAsync(async session => all = all.With(await session.PurgeAsync(request, detail, cancel)), cancel);
        }

        return all;
    }

    /// <summary>
    /// Stops reading, commits what was read and returns when the loops have ended, at the latest after
    /// <paramref name="budget"/>. What was not committed is indexed again at the next start. Does not throw.
    /// </summary>
    public async Task StopAsync(TimeSpan budget)
    {
        await _stop.CancelAsync();
        await Task.WhenAll([_retaining, _notingPurged, .. _lanes.Select(lane => lane.StopAsync(budget))]);
        await Task.WhenAll(_memberships.Select(membership => membership.DisposeAsync().AsTask()));
        _memberships.Clear();
    }

    /// <summary>Stops within 10 s. A second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await StopAsync(TimeSpan.FromSeconds(10));
        await _shared.DisposeAsync();
        _stop.Dispose();
        _meter.Dispose();
    }

    private async Task NotePurgedAsync(IPurgeNotes purged)
    {
        foreach (var lane in _lanes)
        {
            await lane.NotePurgedAsync(purged, _stop.Token);
        }
    }

    private async Task RepeatAsync(Func<Task> work, Action<Exception> onError, TimeSpan every)
    {
        using var timer = new PeriodicTimer(every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await TryAsync(work, onError);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TryAsync(Func<Task> work, Action<Exception> onError)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // The one handler of these loops.
        catch (Exception e) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            onError(e);
        }
    }

    private void TellPurged(Exception e)
    {
        if (_purgedLimit.Allows(out var suppressed))
        {
            _log.NotePurgedFailed(e, suppressed);
        }
    }

    // What lasts is told once an hour.
    private void TellRetention(Exception e)
    {
        if (e.Message != _retention.Problem || _time.GetElapsedTime(_retention.Told) >= TimeSpan.FromHours(1))
        {
            _log.RetentionFailed(e);
            _retention = (e.Message, _time.GetTimestamp());
        }
    }
}
