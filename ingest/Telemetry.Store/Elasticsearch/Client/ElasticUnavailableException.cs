namespace Telemetry.Store.Elasticsearch;

/// <summary>No host gave a whole answer in time: not reached, reset, timed out. Trying again later may help.</summary>
public sealed class ElasticUnavailableException : StoreUnavailableException
{
    /// <summary>With a sentence that names no credential.</summary>
    public ElasticUnavailableException(string message, bool mayBeApplied, Exception? cause = null)
        : base(message, cause) => MayBeApplied = mayBeApplied;

    /// <summary>True when the request may have reached a host: whether it took effect is not known.</summary>
    public bool MayBeApplied { get; }
}
