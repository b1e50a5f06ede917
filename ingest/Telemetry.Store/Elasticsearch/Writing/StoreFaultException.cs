namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>The store does not let us write, and trying the same again does not help.</summary>
internal sealed class StoreFaultException(string message) : IOException(message);
