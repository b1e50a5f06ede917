namespace Telemetry.Store.Purging;

/// <summary>
/// Deletes documents for good, one owner at a time: in two steps, between which the owner notes what will be missing.
/// </summary>
public interface IDocumentPurger
{
    /// <summary>Finds what matches; changes nothing. What was committed before the call is found.</summary>
    /// <exception cref="IOException">The store cannot be searched.</exception>
    ValueTask<PurgeMatches> FindAsync(PurgeRequest request, CancellationToken cancel);

    /// <summary>
    /// Deletes what was found, and nothing else. Returns what is left of it, one <c>PLACE: reason</c> each; empty when nothing is.
    /// </summary>
    /// <exception cref="IOException">A part may be deleted; find and delete again.</exception>
    ValueTask<IReadOnlyList<string>> DeleteAsync(PurgeMatches matches, CancellationToken cancel);
}
