using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>The partitions of one lane that this process has, each with its loop. Safe for concurrent use.</summary>
internal sealed class LanePartitions(LaneContext lane, CoPartitions shared) : IPartitionOwner
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BusPartition, PartitionLoop> _loops = [];

    /// <summary>The lane.</summary>
    public Lane Lane => lane.Lane;

    /// <summary>
    /// A sentence for each partition that fails and is tried again, has not been opened yet, or was overtaken by retention.
    /// </summary>
    public IEnumerable<string> Problems => FindProblems().Concat(lane.Overtaken.Problems);

    private IEnumerable<string> FindProblems() =>
        from loop in Snapshot()
        let problem = loop.Problem
        where problem.Length > 0 || !loop.WasOpened
        select problem.Length > 0
            ? $"The {loop.Name} lane is not indexed and is tried again: {problem}"
            : $"The {loop.Name} lane is being opened.";

    /// <summary>Bytes not indexed, and the greatest age of the last entry read while there are any.</summary>
    public (long Bytes, double Seconds) Lag()
    {
        var lags = Snapshot().ConvertAll(loop => loop.Lag());
        return lags.Count == 0 ? default : (lags.Sum(l => l.Bytes), lags.Max(l => l.Seconds));
    }

    /// <summary>Has each partition's loop do something, one after the other.</summary>
    public async Task DoAsync(Func<PartitionSession, ValueTask> work, CancellationToken cancel)
    {
        foreach (var loop in Snapshot())
        {
            await loop.DoAsync(work, cancel);
        }
    }

    /// <summary>Has partitions note what was purged since they noted it last; those that came just now from the beginning.</summary>
    public async Task NotePurgedAsync(IPurgeNotes purged, CancellationToken cancel)
    {
        foreach (var same in Snapshot().GroupBy(loop => loop.PurgesNoted))
        {
            var (notes, next) = await purged.ReadAsync(same.Key, cancel);
            foreach (var loop in notes.Count > 0 ? same : Enumerable.Empty<PartitionLoop>())
            {
                await loop.DoAsync(async session => await session.NotePurgedAsync(notes), cancel);
                loop.PurgesNoted = next;
            }
        }
    }

    /// <inheritdoc/>
    public void Assigned(IBusLease lease)
    {
        var co = shared.Own(lease.Partition);
        var loop = new PartitionLoop(new PartitionContext(lane, lease, co));
        lock (_gate)
        {
            _loops[lease.Partition] = loop;
        }

        loop.Start(co.StandbyEndedAsync(lane.Lane));
    }

    /// <inheritdoc/>
    public async Task RevokedAsync(BusPartition partition, bool lost)
    {
        PartitionLoop? loop;
        lock (_gate)
        {
            _loops.Remove(partition, out loop);
        }

        if (loop is null)
        {
            return;
        }

        await (lost ? loop.AbandonAsync() : StopAsync(loop, lane.Options.HandOverWithin));
        await loop.DisposeAsync();
        shared.Disown(partition);
    }

    /// <summary>Stops all within the budget. Does not throw.</summary>
    public Task StopAsync(TimeSpan budget) => Task.WhenAll(Snapshot().Select(loop => StopAsync(loop, budget)));

    private async Task StopAsync(PartitionLoop loop, TimeSpan budget)
    {
        if (!await loop.StopAsync(budget))
        {
            lane.Log.StopOverdue(loop.Name, budget.TotalSeconds);
        }
    }

    private List<PartitionLoop> Snapshot()
    {
        lock (_gate)
        {
            return [.. _loops.Values];
        }
    }
}
