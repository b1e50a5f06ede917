using System.Collections.Concurrent;
using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Gateway.Tests;

/// <summary>A bus in memory whose durability the test controls: at once by default, held back on demand, in any order.</summary>
internal sealed class MemoryBus : IBusWriter
{
    private readonly ConcurrentQueue<Held> _entries = new();

    /// <summary>When true, appends complete only when the test says so.</summary>
    public bool HoldsBack { get; set; }

    public IReadOnlyList<Held> Entries => [.. _entries];

    public ValueTask<BusPosition> AppendAsync(Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var entry = new Held(lane, stamp, body.ToArray(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        _entries.Enqueue(entry);
        if (!HoldsBack)
        {
            entry.MakeDurable();
        }

        return new(entry.Outcome.Task);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal sealed record Held(Lane Lane, BusStamp Stamp, byte[] Body, TaskCompletionSource<BusPosition> Outcome)
    {
        public void MakeDurable() => Outcome.TrySetResult(new(Body.Length));

        public void Fail() => Outcome.TrySetException(new IOException("fsync: Input/output error"));
    }
}
