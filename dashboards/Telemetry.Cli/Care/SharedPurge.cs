using Telemetry.Indexer;
using Telemetry.Store.Purging;

namespace Telemetry.Cli.Care;

/// <summary>
/// Purges a store that several processes share. What will be missing is kept in the store before it is deleted, and every indexer notes
/// it in the accounts that are its own. Safe for concurrent use.
/// </summary>
internal sealed class SharedPurge(IDocumentPurger documents, IPurgeNotes notes, TimeProvider time)
{
    /// <summary>Deletes for good.</summary>
    /// <exception cref="IOException">A part may be deleted; do it again.</exception>
    public async Task<PurgeReport> RunAsync(PurgeRequest request, string detail, CancellationToken cancel)
    {
        var found = await documents.FindAsync(request, cancel);
        await notes.KeepAsync(found.Notes(detail, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond), cancel);
        var left = await documents.DeleteAsync(found, cancel);
        return new PurgeReport(found.Documents.Count, found.Documents.Count, [.. found.Incomplete, .. left]);
    }
}
