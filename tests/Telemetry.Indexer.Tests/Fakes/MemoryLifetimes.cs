using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Tests.Fakes;

/// <summary>Lifetimes as they were written.</summary>
internal sealed class MemoryLifetimes : ILifetimeWriter
{
    private readonly Lock _gate = new();
    private readonly List<LifetimeSnapshot> _written = [];

    public int Count(LifetimeId id)
    {
        lock (_gate)
        {
            return _written.Count(w => w.Evidence.Id == id);
        }
    }

    public LifetimeSnapshot? Last(LifetimeId id)
    {
        lock (_gate)
        {
            return _written.Where(w => w.Evidence.Id == id).Select(w => (LifetimeSnapshot?)w).LastOrDefault();
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<LifetimeSnapshot> lifetimes, CancellationToken cancel)
    {
        lock (_gate)
        {
            _written.AddRange(lifetimes);
        }

        return ValueTask.CompletedTask;
    }
}
