namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Makes sure that what is there already stays there. A document that an earlier request wrote is seen by <c>create</c> ("already
/// exists") and by look-ups as soon as it is in memory, while that request, which nobody may be waiting for any more, still has its
/// fsync before it: a server that dies then loses the document, and the answer "already exists" waits for no fsync as it wrote nothing.
/// A flush is answered when all that was there before it is on disk.
/// </summary>
internal sealed class Durability(Copies copies, ElasticWriterMetrics metrics, Notices notices)
{
    /// <summary>Settles the documents of which the last answer said that they exist.</summary>
    /// <exception cref="ElasticUnavailableException">They may have been lost meanwhile: all are to be sent again.</exception>
    public async Task SettleExistingAsync(BulkChunk chunk, CancellationToken cancel)
    {
        try
        {
            foreach (var index in chunk.Existing)
            {
                await EnsureAsync(index, cancel);
            }
        }
        catch (ElasticUnavailableException)
        {
            chunk.ForgetExisting();
            throw;
        }

        metrics.Duplicate(chunk.SettleExisting());
    }

    /// <summary>Completes when what the index has now is durable, or it is known that we cannot see to it.</summary>
    public async Task EnsureAsync(string index, CancellationToken cancel)
    {
        if (await copies.FlushAsync(index, cancel) is { } problem)
        {
            notices.Tell(ElasticNoticeKind.NotFlushed,
                $"Documents that were there already may not be on disk yet, and {index} may not be flushed (privilege \"maintenance\"): {problem}.");
        }
    }
}
