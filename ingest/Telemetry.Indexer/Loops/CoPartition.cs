using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Indexer.Lifetimes;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// The partitions of both lanes with the same number hold the same lifetimes, and each lane asks what the other knows: bulk, who a
/// server is; critical, what bulk received. Of a lane that another process has, a standby keeps a copy. Callers hold a lock.
/// </summary>
internal sealed class CoPartition : IAsyncDisposable
{
    private static readonly IReadOnlySet<LifetimeId> Nobody = new HashSet<LifetimeId>();

    private readonly Dictionary<Lane, StateStandby?> _standbys = [];
    private readonly HashSet<Lane> _owned = [];
    private readonly Func<Lane, StateStandby?> _startStandby;
    private readonly Func<LifetimePublisher?> _startPublisher;
    private volatile LifetimePublisher? _publisher;
    private Task _ended = Task.CompletedTask;

    public CoPartition(
        BusPartition partition, IndexerOptions options, IBus bus, ILifetimeWriter? lifetimes, ILogger log, TimeProvider time)
    {
        Directory = new LifetimeDirectory(
            new SqliteFactsReader(options.StatePath(partition with { Lane = Lane.Critical }, bus.KeepsState)), time);
        if (options.Lanes.Contains(Lane.Critical) || bus.KeepsState)
        {
            Directory.ExpectCritical();
        }

        var states = Path.GetDirectoryName(Path.GetDirectoryName(options.StatePath(partition, bus.KeepsState)))!;
        _startPublisher = () => lifetimes is null
            ? null
            : new LifetimePublisher(states, lifetimes, options.SilenceBound, log, time);
        _startStandby = lane => bus.OpenState(partition with { Lane = lane }) is { } rows
            ? new StateStandby(
                partition with { Lane = lane }, options, rows, changed => Follow(lane, changed), log, time)
            : null;
    }

    /// <summary>Who the servers of these partitions are.</summary>
    public LifetimeDirectory Directory { get; }

    /// <summary>Something of these lifetimes was committed; of the eventful ones more than a sign of life. Any thread.</summary>
    public void Note(IEnumerable<LifetimeId> changed, IReadOnlySet<LifetimeId> eventful) => _publisher?.Note(changed, eventful);

    /// <summary>The lane is this process's; the other gets a standby unless it is, too.</summary>
    public void Own(Lane lane)
    {
        _owned.Add(lane);
        if (_standbys.Remove(lane, out var standby) && standby is not null)
        {
            _ended = standby.DisposeAsync().AsTask();
        }

        if (lane == Lane.Critical)
        {
            _publisher ??= _startPublisher();
        }

        StandBy(Other(lane));
    }

    /// <summary>The lane is not this process's any more. False when neither is, and everything has ended.</summary>
    public bool Disown(Lane lane)
    {
        _owned.Remove(lane);
        if (lane == Lane.Critical && _publisher is { } publisher)
        {
            _publisher = null;
            _ = publisher.DisposeAsync().AsTask();
        }

        if (_owned.Count > 0)
        {
            StandBy(lane);
            return true;
        }

        foreach (var standby in _standbys.Values)
        {
            _ended = standby?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        }

        _standbys.Clear();
        return false;
    }

    /// <summary>Completes when a standby of the lane, if there was one, has let go of its file.</summary>
    public Task StandbyEndedAsync(Lane lane) => _owned.Contains(lane) ? _ended : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_publisher?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var standby in _standbys.Values)
        {
            await (standby?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private void Follow(Lane lane, StateChange change)
    {
        if (lane == Lane.Critical)
        {
            Directory.Forget(change.Lifetimes);
            Directory.Reached(change.AppliedBusUnixUs);
        }

        Note(change.Lifetimes, Nobody);
    }

    private void StandBy(Lane lane)
    {
        if (!_owned.Contains(lane) && !_standbys.ContainsKey(lane))
        {
            _standbys.Add(lane, _startStandby(lane));
        }
    }

    private static Lane Other(Lane lane) => lane == Lane.Critical ? Lane.Bulk : Lane.Critical;

}
