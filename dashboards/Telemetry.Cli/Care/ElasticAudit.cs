using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Care;

/// <summary>
/// The audit beside what it is about: a plain index <c>telemetry-audit-NAMESPACE</c>, which no lifecycle deletes and no search of
/// documents finds. Whoever reads the cluster can read it, so of the query, which may hold what was purged, it has the SHA-256 alone.
/// </summary>
internal sealed class ElasticAudit(ElasticClient client)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Writes an entry; returns why it could not, or null.</summary>
    public async Task<string?> TryAppendAsync(JsonObject entry)
    {
        var query = entry["query"]?.GetValue<string>() ?? "";
        entry["query"] = null;
        entry["query_sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)));
        try
        {
            var answer = await client.SendAsync(
                HttpMethod.Post, $"/telemetry-audit-{client.Options.Namespace}/_doc?refresh=true",
                JsonSerializer.SerializeToUtf8Bytes(entry), Deadline, CancellationToken.None);
            return answer.IsSuccess ? null : answer.Problem();
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
