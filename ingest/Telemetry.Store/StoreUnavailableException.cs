namespace Telemetry.Store;

/// <summary>The store does not answer now. The message is one sentence for people, without credentials.</summary>
public class StoreUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
