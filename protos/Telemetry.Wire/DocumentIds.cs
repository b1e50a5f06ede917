namespace Telemetry.Wire;

/// <summary>
/// Derives the ids of records that mostly follow each other in a stream, whose hash is then computed once. Not thread-safe.
/// </summary>
public sealed class DocumentIds
{
    private RecordId _last;
    private UInt128 _hash = DocumentId.HashOf(default);

    /// <summary>As <see cref="DocumentId.From(in RecordId, long)"/>.</summary>
    public DocumentId Of(in RecordId record, long mintedUnixUs)
    {
        if (!DocumentId.SharesHash(record, _last))
        {
            (_last, _hash) = (record, DocumentId.HashOf(record));
        }

        return DocumentId.From(record, mintedUnixUs, _hash);
    }
}
