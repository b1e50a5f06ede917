namespace Telemetry.Store.Elasticsearch;

/// <summary>What answers is no Elasticsearch, or one that is too old. Waiting does not help.</summary>
public sealed class ElasticIncompatibleException(string message) : IOException(message);
