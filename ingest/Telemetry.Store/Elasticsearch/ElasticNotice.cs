namespace Telemetry.Store.Elasticsearch;

/// <summary>What a notice is about.</summary>
public enum ElasticNoticeKind
{
    /// <summary>The store is away or pushes back; the documents wait. Nothing is lost.</summary>
    Waiting,

    /// <summary>An index is closed to writing (a full disk, read-only): someone must act; the documents wait.</summary>
    Blocked,

    /// <summary>The store does not let us write: someone must act; the lane stops consuming.</summary>
    Fault,

    /// <summary>Documents lie in the failure store instead of the stream.</summary>
    FailureStore,

    /// <summary>A document is there twice, and the newer copy could not be deleted.</summary>
    DuplicateLeft,

    /// <summary>Documents that were there already could not be made durable: if the server dies at once they may be lost.</summary>
    NotFlushed,
}

/// <summary>Something to log; of each kind at most one in 10 s.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">One sentence, without values of documents or credentials.</param>
/// <param name="Suppressed">Notices of this kind since the last that were not told.</param>
public sealed record ElasticNotice(ElasticNoticeKind Kind, string Text, long Suppressed);
