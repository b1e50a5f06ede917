using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Autopsy;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// Notes which records the store took after it had refused them. Their lifetimes belong to the indexer, which learns nothing of a
/// document that somebody else sends again: whoever reads a lifetime puts it right by these notes.
/// </summary>
internal sealed class RetriedMarks(ElasticClient client)
{
    private const int Piece = 5000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    private static readonly JsonArray Order =
    [
        Dsl.Sorted("lifetime", descending: false, "keyword"), Dsl.Sorted("stream", descending: false, "keyword"),
        Dsl.Sorted("epoch", descending: false, "keyword"), Dsl.Sorted("seq", descending: false, "long"),
    ];

    private readonly string _index = new DataStreamNames(client.Options.Namespace).Retried;
    private readonly LifetimeSearcher _searcher = new(client, new DataStreamNames(client.Options.Namespace).Retried);

    /// <summary>Notes one; doing so twice changes nothing. Returns why it could not be, or null.</summary>
    /// <exception cref="ElasticUnavailableException">The store does not answer.</exception>
    public async Task<string?> NoteAsync(DocumentId id, RecordId record, CancellationToken cancel)
    {
        var mark = new JsonObject
        {
            ["lifetime"] = record.Lifetime.ToString(),
            ["stream"] = record.Stream.ToString(),
            ["epoch"] = record.Epoch.ToString(),
            ["seq"] = (long)record.Seq,
        };
        var body = Encoding.UTF8.GetBytes($"{{\"create\":{{\"_index\":\"{_index}\",\"_id\":\"{id}\"}}}}\n{mark.ToJsonString()}\n");
        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, "/_bulk?refresh=true&filter_path=items.*.status,items.*.error.reason")
            {
                Body = body, ContentType = ElasticRequest.NdJson, Deadline = Deadline,
            },
            cancel).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            return answer.Problem();
        }

        using var json = answer.Json();
        var item = json.RootElement.GetProperty("items"u8)[0].GetProperty("create"u8);
        return item.GetProperty("status"u8).GetInt32() is var status and not (409 or >= 200 and < 300)
            ? $"{status} {(item.TryGetProperty("error"u8, out var error) ? ElasticResponse.Shorten(error.GetProperty("reason"u8).ToString()) : "")}"
            : null;
    }

    /// <summary>The same evidence, put right. One search, if any of it has refusals at all.</summary>
    /// <exception cref="IOException">The notes cannot be read.</exception>
    public async Task<IReadOnlyList<LifetimeEvidence>> CorrectAsync(IReadOnlyList<LifetimeEvidence> lifetimes, CancellationToken cancel)
    {
        JsonArray concerned = [.. lifetimes.Where(StoredLater.MayConcern).Select(evidence => JsonValue.Create(evidence.Id.ToString()))];
        if (concerned.Count == 0)
        {
            return lifetimes;
        }

        List<RecordId> stored = [];
        await foreach (var hit in _searcher.SearchAsync(Dsl.Terms("lifetime", concerned), Order, [], Piece, cancel).ConfigureAwait(false))
        {
            if (TryRead(hit.GetProperty("sort"u8), out var record))
            {
                stored.Add(record);
            }
        }

        var of = stored.ToLookup(record => record.Lifetime);
        return [.. lifetimes.Select(evidence => of.Contains(evidence.Id) ? StoredLater.Correct(evidence, of[evidence.Id]) : evidence)];
    }

    private static bool TryRead(JsonElement values, out RecordId record)
    {
        record = default;
        if (!LifetimeId.TryParse(values[0].GetString(), out var lifetime) || !StreamId.TryParse(values[1].GetString(), out var stream)
            || !StreamId.TryParse(values[2].GetString(), out var epoch))
        {
            return false;
        }

        record = new RecordId(lifetime, stream, new Epoch(epoch.Value), (ulong)values[3].GetInt64());
        return true;
    }
}
