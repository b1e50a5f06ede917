namespace Telemetry.Gateway;

/// <summary>The gateway cannot start as it is configured; the message is one sentence for the operator.</summary>
public sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);
