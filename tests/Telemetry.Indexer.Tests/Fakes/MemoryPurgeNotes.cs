using Telemetry.Autopsy;
using Telemetry.Store.Purging;

namespace Telemetry.Indexer.Tests.Fakes;

/// <summary>Notes of purges in memory.</summary>
internal sealed class MemoryPurgeNotes : IPurgeNotes
{
    private readonly Lock _gate = new();
    private readonly List<PurgeNote> _notes = [];

    public Task KeepAsync(IEnumerable<PurgeNote> notes, CancellationToken cancel)
    {
        lock (_gate)
        {
            _notes.AddRange(notes);
        }

        return Task.CompletedTask;
    }

    public Task<(IReadOnlyList<PurgeNote> Notes, long Next)> ReadAsync(long from, CancellationToken cancel)
    {
        lock (_gate)
        {
            return Task.FromResult<(IReadOnlyList<PurgeNote>, long)>(([.. _notes.Skip((int)from)], _notes.Count));
        }
    }
}
