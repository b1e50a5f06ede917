using System.Collections.Concurrent;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>Keeps the leases it is given and does nothing with them.</summary>
internal sealed class LeaseHolder : IPartitionOwner
{
    public ConcurrentDictionary<BusPartition, IBusLease> Leases { get; } = new();

    public ConcurrentQueue<(BusPartition Partition, bool Lost)> Revoked { get; } = new();

    public void Assigned(IBusLease lease) => Leases[lease.Partition] = lease;

    public Task RevokedAsync(BusPartition partition, bool lost)
    {
        Leases.TryRemove(partition, out _);
        Revoked.Enqueue((partition, lost));
        return Task.CompletedTask;
    }

    /// <summary>The lease of a partition of the first generation, once it comes.</summary>
    public async Task<IBusLease> LeaseAsync(int number)
    {
        IBusLease? lease = null;
        await Eventually.Holds(
            () => (lease = Leases.Values.FirstOrDefault(l => l.Partition.Number == number)) is not null,
            $"partition {number} is assigned", TimeSpan.FromSeconds(30));
        return lease!;
    }

    public static async Task<BusEntry> NextAsync(IBusReader reader)
    {
        BusEntry entry = default;
        await Eventually.Holds(
            async () =>
            {
                if (reader.TryRead(out entry))
                {
                    return true;
                }

                await reader.WaitAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None);
                return false;
            },
            "an entry comes", TimeSpan.FromSeconds(30));
        return entry;
    }
}
