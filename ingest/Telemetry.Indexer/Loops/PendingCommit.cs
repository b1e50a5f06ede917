using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// A commit under way: the documents are being stored, then what the store refused is noted, then state, offset and dead letters
/// become true together. The partition is read on meanwhile. One owner.
/// </summary>
internal sealed class PendingCommit(
    StateCheckpoint checkpoint, List<DeadLetter> letters, IReadOnlySet<LifetimeId> eventful, long next,
    Task<IReadOnlyList<RefusedDocument>> documents, long began)
{
    /// <summary>What changed in the state.</summary>
    public StateCheckpoint Checkpoint => checkpoint;

    /// <summary>What is kept aside.</summary>
    public List<DeadLetter> Letters => letters;

    /// <summary>Lifetimes to which more happened than a sign of life.</summary>
    public IReadOnlySet<LifetimeId> Eventful => eventful;

    /// <summary>Everything before it is done when the commit is.</summary>
    public long Next => next;

    /// <summary>When it began, a timestamp.</summary>
    public long Began => began;

    /// <summary>Completes when the documents are stored.</summary>
    public Task<IReadOnlyList<RefusedDocument>> Documents => documents;

    /// <summary>Completes when the bus has the state; null until the documents are stored.</summary>
    public Task? StateLog { get; set; }

    /// <summary>What it waits for now.</summary>
    public Task Waiting => StateLog ?? documents;
}
