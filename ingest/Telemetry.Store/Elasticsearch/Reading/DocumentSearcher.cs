using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>Sends searches over all data streams of a namespace.</summary>
internal sealed class DocumentSearcher(ElasticClient client)
{
    /// <summary>Elasticsearch ends a search itself and tells what it has found, before the deadline of the call.</summary>
    private const string SearchTimeout = "25s";

    private const int MaxLabelNames = 10_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    /// <summary>What is searched: nothing, when there is none yet.</summary>
    public string Target { get; } = TargetOf(client);

    /// <summary>What the streams hold beside the field table.</summary>
    public FieldTypesCache Types { get; } = new(client, TargetOf(client));

    /// <summary>Searches, in a point in time or as it is now.</summary>
    public async Task<SearchAnswer> SearchAsync(JsonObject search, PointInTime? at, CancellationToken cancel)
    {
        search["timeout"] = SearchTimeout;
        while (true)
        {
            if (at is not null)
            {
                search["pit"] = new JsonObject { ["id"] = at.Id, ["keep_alive"] = PointInTime.KeepAlive };
            }

            var path = at is null
                ? $"/{Target}/_search?ignore_unavailable=true&allow_partial_search_results=true"
                : "/_search?allow_partial_search_results=true";
            var response = await client.SendAsync(HttpMethod.Post, path, Body(search), Deadline, cancel).ConfigureAwait(false);
            var answer = SearchAnswer.Read(response);
            if (at is null || !answer.IsExpired)
            {
                at?.Renew(answer.PointInTime);
                return answer;
            }

            answer.Dispose();
            at.Replace(await OpenAsync(cancel).ConfigureAwait(false));
        }
    }

    /// <summary>Opens a point in time: what is stored later is not seen.</summary>
    public async Task<string> OpenAsync(CancellationToken cancel)
    {
        var path = $"/{Target}/_pit?keep_alive={PointInTime.KeepAlive}&ignore_unavailable=true&allow_partial_search_results=true";
        var response = await client.SendAsync(HttpMethod.Post, path, default, Deadline, cancel).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            // Says why, or that there is none.
            SearchAnswer.Read(response).Dispose();
            throw new ElasticUnavailableException($"Elasticsearch opens no point in time: {response.Problem()}.", mayBeApplied: false);
        }

        using var json = response.Json();
        return json.RootElement.GetProperty("id"u8).GetString()!;
    }

    /// <summary>Gives a point in time back. Does not throw: it ends by itself as well.</summary>
    public async Task CloseAsync(string id)
    {
        try
        {
            await client.SendAsync(
                HttpMethod.Delete, "/_pit", Body(new JsonObject { ["id"] = id }), TimeSpan.FromSeconds(5), default).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Kept for a minute at most.
        }
    }

    /// <summary>Several searches in one request, each with its own target; in their order.</summary>
    public async Task<IReadOnlyList<SearchAnswer>> SearchAllAsync(
        IEnumerable<(JsonObject Header, JsonObject Search)> searches, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        foreach (var (header, search) in searches)
        {
            foreach (var line in (JsonObject[])[header, search])
            {
                JsonSerializer.Serialize(body, line);
                body.WriteByte((byte)'\n');
            }
        }

        var request = new ElasticRequest(HttpMethod.Post, "/_msearch")
        {
            Body = body.ToArray(), ContentType = ElasticRequest.NdJson, Deadline = Deadline,
        };
        var response = await client.SendAsync(request, cancel).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            SearchAnswer.Read(response).Dispose();
            return [];
        }

        using var json = response.Json();
        return
        [
            .. json.RootElement.GetProperty("responses"u8).EnumerateArray().Select(one =>
                SearchAnswer.Read(new ElasticResponse(
                    one.TryGetProperty("status"u8, out var status) ? status.GetInt32() : 200, JsonSerializer.SerializeToUtf8Bytes(one), null))),
        ];
    }

    /// <summary>A call that is no search; null when what it asks about is not there.</summary>
    public async Task<JsonDocument?> GetAsync(string path, CancellationToken cancel)
    {
        var response = await client.SendAsync(HttpMethod.Get, path, default, Deadline, cancel).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            SearchAnswer.Read(response).Dispose();
            return null;
        }

        return response.Json();
    }

    /// <summary>Translates a query; asks for names and values where the translation has to know them.</summary>
    public async Task<QueryPlan> PlanAsync(
        KqlNode query, JsonObject within, long nowUnixUs, PointInTime? at, ICollection<string> incomplete, CancellationToken cancel)
    {
        var names = QueryTranslator.NeedsLabelNames(query)
            ? await LabelNamesAsync(within, at, incomplete, cancel).ConfigureAwait(false)
            : [];
        var types = await Types.GetAsync(query, cancel).ConfigureAwait(false);
        var plan = QueryTranslator.Translate(query, nowUnixUs, names, types);
        await ExpandAsync(plan, within, at, incomplete, cancel).ConfigureAwait(false);
        return plan;
    }

    private async Task<IReadOnlyList<string>> LabelNamesAsync(
        JsonObject within, PointInTime? at, ICollection<string> incomplete, CancellationToken cancel)
    {
        var search = new JsonObject
        {
            ["size"] = 0,
            ["query"] = within.DeepClone(),
            ["aggs"] = new JsonObject
            {
                ["names"] = new JsonObject { ["terms"] = new JsonObject { ["field"] = ElasticMappings.LabelNames, ["size"] = MaxLabelNames } },
            },
        };
        using var answer = await SearchAsync(search, at, cancel).ConfigureAwait(false);
        answer.Incomplete.ToList().ForEach(incomplete.Add);
        if (answer.Aggregation("names") is not { } names)
        {
            return [];
        }

        NoteMore(names, $"{Fields.LabelPrefix}*: of more than {MaxLabelNames} names, the most frequent were searched", incomplete);
        return [.. Keys(names)];
    }

    private async Task ExpandAsync(
        QueryPlan plan, JsonObject within, PointInTime? at, ICollection<string> incomplete, CancellationToken cancel)
    {
        if (plan.Expansions.Count == 0)
        {
            return;
        }

        var search = new JsonObject
        {
            ["size"] = 0,
            ["query"] = within.DeepClone(),
            ["aggs"] = new JsonObject(plan.Expansions.Select((expansion, i) =>
                KeyValuePair.Create($"{i}", (JsonNode?)expansion.Aggregation()))),
        };
        plan.DeclareForExpansions(search);
        using var answer = await SearchAsync(search, at, cancel).ConfigureAwait(false);
        answer.Incomplete.ToList().ForEach(incomplete.Add);
        for (var i = 0; i < plan.Expansions.Count; i++)
        {
            var expansion = plan.Expansions[i];
            if (answer.Aggregation($"{i}") is { } having)
            {
                var values = having.GetProperty(ValueExpansion.Values);
                NoteMore(values, $"{expansion.Field}: of more than {ValueExpansion.MaxValues} values, the most frequent were compared", incomplete);
                Keys(values).ToList().ForEach(expansion.Offer);
            }
        }
    }

    private static void NoteMore(JsonElement terms, string note, ICollection<string> incomplete)
    {
        if (terms.TryGetProperty("sum_other_doc_count"u8, out var others) && others.GetInt64() > 0)
        {
            incomplete.Add(note);
        }
    }

    private static IEnumerable<string> Keys(JsonElement terms) =>
        terms.GetProperty("buckets"u8).EnumerateArray().Select(bucket => bucket.GetProperty("key"u8).GetString()!);

    private static string TargetOf(ElasticClient client) => $"logs-telemetry.*-{client.Options.Namespace}";

    private static byte[] Body(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);
}
