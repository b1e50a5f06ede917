using System.Collections.Concurrent;
using System.Text;
using Telemetry.Bus.Kafka;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>
/// Works as an indexer does: restores the state and the offset of a partition, reads, and commits what it read together with
/// how many entries of each lifetime it has counted.
/// </summary>
internal sealed class Owner : IPartitionOwner, IAsyncDisposable
{
    private readonly ConcurrentDictionary<BusPartition, Work> _works = new();
    private readonly TimeSpan _commitEvery;

    public Owner(TimeSpan? commitEvery = null) => _commitEvery = commitEvery ?? TimeSpan.FromMilliseconds(20);

    public IEnumerable<BusPartition> Partitions => _works.Keys;

    /// <summary>Leases in the order they came.</summary>
    public ConcurrentQueue<IBusLease> Leases { get; } = new();

    public ConcurrentQueue<(BusPartition Partition, bool Lost)> Revoked { get; } = new();

    /// <summary>"LIFETIME NUMBER" of everything that was committed, in order, by partition.</summary>
    public ConcurrentDictionary<BusPartition, ConcurrentQueue<string>> Committed { get; } = new();

    public ConcurrentQueue<Exception> Faults { get; } = new();

    public long Skipped;

    public void Assigned(IBusLease lease)
    {
        Leases.Enqueue(lease);
        _works[lease.Partition] = new Work(this, lease);
    }

    public async Task RevokedAsync(BusPartition partition, bool lost)
    {
        Revoked.Enqueue((partition, lost));
        if (_works.TryRemove(partition, out var work))
        {
            await work.StopAsync();
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_works.Values.Select(w => w.StopAsync()));

    private sealed class Work
    {
        private readonly Owner _owner;
        private readonly IBusLease _lease;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Work(Owner owner, IBusLease lease)
        {
            _owner = owner;
            _lease = lease;
            _running = Task.Run(RunAsync);
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        private async Task RunAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await ReadAsync();
                }
                catch (FencedException e)
                {
                    _owner.Faults.Enqueue(e);
                    return;
                }
                catch (IOException e)
                {
                    _owner.Faults.Enqueue(e);
                    await Task.Delay(50);
                }
            }
        }

        private async Task ReadAsync()
        {
            var log = _lease.StateLog!;
            var from = await log.CommittedAsync(CancellationToken.None) ?? default;
            Dictionary<string, int> counts = [];
            await using (var state = log.OpenReader())
            {
                await state.ReadAsync(0, row => Apply(counts, row), CancellationToken.None);
            }

            await using var reader = _lease.OpenReader(from, out var skipped);
            Interlocked.Add(ref _owner.Skipped, skipped);
            List<string> read = [];
            while (true)
            {
                var isStopping = _stop.IsCancellationRequested;
                while (read.Count < 500 && reader.TryRead(out var entry))
                {
                    read.Add(Text(entry));
                }

                if (read.Count > 0)
                {
                    await CommitAsync(log, counts, read, reader.Position);
                }

                if (isStopping)
                {
                    return;
                }

                await reader.WaitAsync(_owner._commitEvery, CancellationToken.None);
            }
        }

        private async Task CommitAsync(IStateLog log, Dictionary<string, int> counts, List<string> read, BusPosition next)
        {
            Dictionary<string, int> changed = [];
            foreach (var text in read)
            {
                var lifetime = text.Split(' ')[0];
                changed[lifetime] = counts[lifetime] = counts.GetValueOrDefault(lifetime) + 1;
            }

            var rows = changed.Select(c => new StateRow(Encoding.ASCII.GetBytes(c.Key), Encoding.ASCII.GetBytes($"{c.Value}")));
            await log.CommitAsync(new StateCommit([.. rows], [], next), CancellationToken.None);
            var committed = _owner.Committed.GetOrAdd(_lease.Partition, _ => new());
            read.ForEach(committed.Enqueue);
            read.Clear();
        }

        private static string Text(BusEntry entry) => Encoding.ASCII.GetString(entry.Body.Span).TrimEnd('.').TrimEnd();

        private static void Apply(Dictionary<string, int> counts, StateRow row)
        {
            var lifetime = Encoding.ASCII.GetString(row.Key);
            if (row.Value is null)
            {
                counts.Remove(lifetime);
            }
            else
            {
                counts[lifetime] = int.Parse(row.Value, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}
