namespace Telemetry.Store.Elasticsearch;

/// <summary>What became of a document that was sent once more.</summary>
public enum RetriedDocument
{
    /// <summary>The store has it now.</summary>
    Stored,

    /// <summary>The store had it already.</summary>
    WasThere,

    /// <summary>It is refused as before.</summary>
    Refused,

    /// <summary>Not now: the store is busy, closed to writing, or does not let us.</summary>
    NotNow,
}
