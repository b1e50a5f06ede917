using System.Text.Json;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Whether what answers <c>GET /</c> will do.</summary>
internal static class ElasticIdentity
{
    /// <exception cref="ElasticIncompatibleException">It will not.</exception>
    public static ElasticVersion Check(string product, ElasticResponse answer)
    {
        if (product != "Elasticsearch")
        {
            throw new ElasticIncompatibleException("The store's URL is answered, but not by Elasticsearch: X-Elastic-Product is missing.");
        }

        using var json = answer.Json();
        var number = json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("version"u8, out var version) && version.ValueKind == JsonValueKind.Object
            && version.TryGetProperty("number"u8, out var text) ? text.ToString() : null;
        if (!ElasticVersion.TryParse(number, out var parsed))
        {
            throw new ElasticIncompatibleException("Elasticsearch does not tell its version.");
        }

        return parsed.CompareTo(ElasticVersion.Oldest) >= 0
            ? parsed
            : throw new ElasticIncompatibleException($"Elasticsearch {parsed} is too old: {ElasticVersion.Oldest} or later is needed.");
    }
}
