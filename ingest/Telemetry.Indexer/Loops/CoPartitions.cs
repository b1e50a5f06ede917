using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Store;

namespace Telemetry.Indexer.Loops;

/// <summary>The co-partitions of which this process has a lane at least. Safe for concurrent use.</summary>
internal sealed class CoPartitions(
    IndexerOptions options, IBus bus, ILifetimeWriter? lifetimes, ILogger log, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Generation, int Number), CoPartition> _all = [];

    /// <summary>This process has the partition now.</summary>
    public CoPartition Own(BusPartition partition)
    {
        lock (_gate)
        {
            var key = (partition.Generation, partition.Number);
            if (!_all.TryGetValue(key, out var co))
            {
                _all.Add(key, co = new CoPartition(partition, options, bus, lifetimes, log, time));
            }

            co.Own(partition.Lane);
            return co;
        }
    }

    /// <summary>Another has it, or nobody.</summary>
    public void Disown(BusPartition partition)
    {
        lock (_gate)
        {
            if (_all.TryGetValue((partition.Generation, partition.Number), out var co) && !co.Disown(partition.Lane))
            {
                _all.Remove((partition.Generation, partition.Number));
            }
        }
    }

    /// <summary>Ends the standbys.</summary>
    public async ValueTask DisposeAsync()
    {
        List<CoPartition> all;
        lock (_gate)
        {
            all = [.. _all.Values];
            _all.Clear();
        }

        foreach (var co in all)
        {
            await co.DisposeAsync();
        }
    }
}
