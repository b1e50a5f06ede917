namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What becomes of a document after its answer.</summary>
internal enum ItemVerdict
{
    /// <summary>Stored by this request.</summary>
    Stored,

    /// <summary>It was there already: success, because the id says that it is the same.</summary>
    Duplicate,

    /// <summary>In the failure store: kept there, but not where queries look.</summary>
    FailureStore,

    /// <summary>Not stored, the server is busy: again after a pause.</summary>
    Retry,

    /// <summary>Perhaps stored: again after a pause, and in doubt.</summary>
    RetryInDoubt,

    /// <summary>The index is closed to writing: again after a long pause, and someone should know.</summary>
    RetryBlocked,

    /// <summary>Refused for good.</summary>
    Refused,

    /// <summary>Nothing of the document's: we may not write, or the templates are not there.</summary>
    Fault,
}

/// <summary>The decision matrix of one item of a bulk answer.</summary>
internal static class ItemVerdicts
{
    /// <summary>A document that makes the server fail (500) so often is refused: it would hold up all others for ever.</summary>
    public const int MaxFailures = 8;

    public static ItemVerdict Of(int status, ReadOnlySpan<byte> errorType, bool isInFailureStore) => status switch
    {
        >= 200 and < 300 => isInFailureStore ? ItemVerdict.FailureStore : ItemVerdict.Stored,
        409 => ItemVerdict.Duplicate,
        429 or 403 when errorType.SequenceEqual("cluster_block_exception"u8) => ItemVerdict.RetryBlocked,
        429 => ItemVerdict.Retry,
        // A whole stream that we may not write, or that no template makes, is no fault of its documents.
        401 or 403 => ItemVerdict.Fault,
        404 when errorType.SequenceEqual("index_not_found_exception"u8) => ItemVerdict.Fault,
        >= 500 => ItemVerdict.RetryInDoubt,
        _ => ItemVerdict.Refused,
    };
}
