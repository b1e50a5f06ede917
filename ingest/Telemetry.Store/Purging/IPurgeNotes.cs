using Telemetry.Autopsy;

namespace Telemetry.Store.Purging;

/// <summary>
/// What was purged from a store that several processes share, kept beside it: so every indexer learns what is missing from the accounts
/// that are its own, and what it must not write again. Safe for concurrent use.
/// </summary>
public interface IPurgeNotes
{
    /// <summary>Keeps, durably, what is about to be deleted.</summary>
    /// <exception cref="IOException">Some are not kept: nothing may be deleted.</exception>
    Task KeepAsync(IEnumerable<PurgeNote> notes, CancellationToken cancel);

    /// <summary>Reads what was kept from a place on, 0 being the beginning, and the place to go on from.</summary>
    /// <exception cref="IOException">They cannot be read whole.</exception>
    Task<(IReadOnlyList<PurgeNote> Notes, long Next)> ReadAsync(long from, CancellationToken cancel);
}
