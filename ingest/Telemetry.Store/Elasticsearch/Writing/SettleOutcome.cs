namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What an answer leaves to do.</summary>
/// <param name="Retried">Documents to send again.</param>
/// <param name="Busy">One of those that the server was too busy for; -1 is none.</param>
/// <param name="Blocked">One whose index is closed to writing; -1 is none.</param>
/// <param name="Fault">One that we may not write; -1 is none.</param>
internal readonly record struct SettleOutcome(int Retried, int Busy, int Blocked, int Fault);
