using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Console.Api;

/// <summary>Body of <c>POST /api/v1/purge</c>: a query with its range, or a token.</summary>
/// <param name="Query">In Kibana's query language.</param>
/// <param name="Since">Oldest time, as in a search.</param>
/// <param name="Until">First time that stays.</param>
/// <param name="Reviewed">False when nobody looks at the preview; default true.</param>
/// <param name="Token">Of a preview.</param>
/// <param name="User">Who somebody without a token says he is, for the audit.</param>
internal sealed record PurgeBody(string? Query, string? Since, string? Until, bool? Reviewed, string? Token, string? User);

/// <summary>Source-generated; a member that is not known is refused, as it may have been meant to narrow a purge.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PurgeBody))]
internal sealed partial class PurgeJson : JsonSerializerContext;
