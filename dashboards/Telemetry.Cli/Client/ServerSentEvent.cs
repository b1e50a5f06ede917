namespace Telemetry.Cli.Client;

/// <summary>One event of a stream. <paramref name="Type"/> is "message" when the server names none.</summary>
internal readonly record struct ServerSentEvent(string Type, string Data);
