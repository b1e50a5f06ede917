using Telemetry.Query;

namespace Telemetry.Console.Api;

/// <summary>What a tail shows.</summary>
/// <param name="Query">The tree.</param>
/// <param name="SinceUnixUs">Oldest <c>@timestamp</c> of what is sent first; null is everything.</param>
/// <param name="Last">Documents sent first, the newest that match.</param>
/// <param name="Resume">Cursor of a tail that was cut off; nothing is sent first then. Null begins a new one.</param>
internal sealed record TailRequest(KqlNode Query, long? SinceUnixUs, int Last, string? Resume);
