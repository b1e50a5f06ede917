namespace Telemetry.Store.Elasticsearch;

/// <summary>Whoever asks is known and may not do this (403). Waiting does not help, and others may have done it already.</summary>
public sealed class ElasticForbiddenException(string message) : IOException(message);
