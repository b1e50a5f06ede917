using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>Sends searches over all data streams of a namespace, and over what is held of what they have deleted.</summary>
internal sealed class DocumentSearcher(ElasticClient client)
{
    /// <summary>Elasticsearch ends a search itself and tells what it has found, before the deadline of the call.</summary>
    private const string SearchTimeout = "25s";

    private const int MaxLabelNames = 10_000;
    private const int MaxIndexes = 10_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    private readonly string _held = new DataStreamNames(client.Options.Namespace).Held;

    /// <summary>What the streams hold beside the field table.</summary>
    public FieldTypesCache Types { get; } = new(client, StreamsOf(client));

    /// <summary>The data streams: nothing, when there is none yet.</summary>
    public string Streams { get; } = StreamsOf(client);

    /// <summary>Everything that is searched: the data streams and the copies of what is held.</summary>
    public string Everything => $"{Streams},{_held}";

    /// <summary>Searches in a point in time; of a document and its copy one is found.</summary>
    public async Task<SearchAnswer> SearchAsync(JsonObject search, PointInTime at, CancellationToken cancel)
    {
        var query = search["query"] as JsonObject ?? Dsl.All();
        while (true)
        {
            if (at.Indexes is null)
            {
                await LookAsync(at, cancel).ConfigureAwait(false);
            }

            search["query"] = at.Once(query.DeepClone().AsObject(), _held);
            var answer = await SearchCopiesAsync(search, at, cancel).ConfigureAwait(false);
            if (!answer.IsExpired)
            {
                return answer;
            }

            answer.Dispose();
            at.Replace(await OpenIdAsync(cancel).ConfigureAwait(false));
        }
    }

    /// <summary>Searches in a point in time, copies as well.</summary>
    public async Task<SearchAnswer> SearchCopiesAsync(JsonObject search, PointInTime at, CancellationToken cancel)
    {
        search["timeout"] = SearchTimeout;
        search["pit"] = new JsonObject { ["id"] = at.Id, ["keep_alive"] = PointInTime.KeepAlive };
        var response = await client.SendAsync(
            HttpMethod.Post, "/_search?allow_partial_search_results=true", Body(search), Deadline, cancel).ConfigureAwait(false);
        var answer = SearchAnswer.Read(response);
        at.Renew(answer.PointInTime);
        return answer;
    }

    /// <summary>Opens a point in time: what is stored later is not seen.</summary>
    public async Task<PointInTime> OpenAsync(CancellationToken cancel) => new(await OpenIdAsync(cancel).ConfigureAwait(false));

    /// <summary>Learns which indices are in a point in time, from one document of each shard; an empty one has none to tell twice.</summary>
    public async Task LookAsync(PointInTime at, CancellationToken cancel)
    {
        var search = new JsonObject
        {
            ["size"] = 0,
            ["track_total_hits"] = false,
            ["terminate_after"] = 1,
            ["aggs"] = new JsonObject
            {
                ["indexes"] = new JsonObject { ["terms"] = new JsonObject { ["field"] = "_index", ["size"] = MaxIndexes } },
            },
        };
        using var answer = await SearchCopiesAsync(search, at, cancel).ConfigureAwait(false);
        if (!answer.IsExpired)
        {
            at.Learn(answer.Aggregation("indexes") is { } indexes ? [.. Keys(indexes)] : []);
        }
    }

    private async Task<string> OpenIdAsync(CancellationToken cancel)
    {
        var path = $"/{Everything}/_pit?keep_alive={PointInTime.KeepAlive}&ignore_unavailable=true&allow_partial_search_results=true";
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
        KqlNode query, JsonObject within, long nowUnixUs, PointInTime at, ICollection<string> incomplete, CancellationToken cancel)
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
        JsonObject within, PointInTime at, ICollection<string> incomplete, CancellationToken cancel)
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
        QueryPlan plan, JsonObject within, PointInTime at, ICollection<string> incomplete, CancellationToken cancel)
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

    private static string StreamsOf(ElasticClient client) => $"logs-telemetry.*-{client.Options.Namespace}";

    private static byte[] Body(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);
}
