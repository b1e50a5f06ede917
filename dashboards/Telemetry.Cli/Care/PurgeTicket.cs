using Telemetry.Console.Care;
using Telemetry.Store.Purging;

namespace Telemetry.Cli.Care;

/// <summary>What a token deletes.</summary>
/// <param name="Question">As it was asked.</param>
/// <param name="Request">The same with what had come by then, and nothing later.</param>
/// <param name="Shown">Documents that were shown.</param>
/// <param name="ValidUntil">Not used after that.</param>
internal sealed record PurgeTicket(PurgeQuestion Question, PurgeRequest Request, long Shown, DateTimeOffset ValidUntil);
