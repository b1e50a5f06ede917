using System.Text;
using System.Text.Json;
using Telemetry.Store.Elasticsearch.Templates;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Asks single backing indices for documents, and deletes from them. Ids are those of a chunk's items.</summary>
internal sealed class Copies(ElasticClient client, DataStreamNames names)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Backing indices of a data stream, oldest first; none when there is no such stream yet.</summary>
    public async Task<List<BackingIndex>> IndexesAsync(DocumentStream stream, CancellationToken cancel)
    {
        List<BackingIndex> indexes = [];
        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Get, $"/_data_stream/{names[stream]}?filter_path=data_streams.indices.index_name"), cancel);
        if (answer.Status == 404)
        {
            return indexes;
        }

        using var json = Success(answer, "look up the indices of").Json();
        if (!json.RootElement.TryGetProperty("data_streams", out var streams))
        {
            return indexes;
        }

        foreach (var index in streams.EnumerateArray().SelectMany(one => one.GetProperty("indices").EnumerateArray()))
        {
            if (BackingIndex.TryParse(Encoding.UTF8.GetBytes(index.GetProperty("index_name").GetString()!), out var parsed))
            {
                indexes.Add(parsed!);
            }
        }

        indexes.Sort((a, b) => a.Generation.CompareTo(b.Generation));
        return indexes;
    }

    /// <summary>Which of the items the index has, refreshed or not; all false for an index that is gone.</summary>
    public async Task<bool[]> FindAsync(BackingIndex index, BulkChunk chunk, List<int> items, CancellationToken cancel)
    {
        var found = new bool[items.Count];
        await LookAsync($"/{index.Name}/_mget?_source=false", Ids(chunk, items), items.Count, (at, _) => found[at] = true, cancel);
        return found;
    }

    /// <summary>Whether the index has a document, refreshed or not; false for an index that is gone.</summary>
    public async Task<bool> HasAsync(BackingIndex index, DocumentId id, CancellationToken cancel)
    {
        var found = false;
        var ids = Encoding.UTF8.GetBytes($"{{\"ids\":[\"{id}\"]}}");
        await LookAsync($"/{index.Name}/_mget?_source=false", ids, 1, (_, _) => found = true, cancel);
        return found;
    }

    /// <summary>The index of copies of what is held.</summary>
    public string Held => names.Held;

    /// <summary>From which index each item was copied that is held, refreshed or not; null for one that has no copy.</summary>
    public async Task<string?[]> HeldFromAsync(BulkChunk chunk, List<int> items, CancellationToken cancel)
    {
        var from = new string?[items.Count];
        var there = await client.SendAsync(new ElasticRequest(HttpMethod.Head, $"/{Held}") { Deadline = Deadline }, cancel);
        if (there.Status != 404)
        {
            Success(there, "look for what is held beside");
            await LookAsync(
                $"/{Held}/_mget?_source={HoldMappings.HeldFrom}", Ids(chunk, items), items.Count,
                (at, doc) => from[at] = doc.GetProperty("_source").GetProperty(HoldMappings.HeldFrom).GetString(), cancel);
        }

        return from;
    }

    private static ReadOnlyMemory<byte> Ids(BulkChunk chunk, List<int> items)
    {
        var body = new ByteBuffer(items.Count * 34 + 16);
        body.Append("{\"ids\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            body.Append(i == 0 ? "\""u8 : ",\""u8);
            body.Append(chunk.Id(items[i]));
            body.Append((byte)'"');
        }

        body.Append("]}"u8);
        return body.Slice(0, body.Length);
    }

    private async Task LookAsync(string path, ReadOnlyMemory<byte> ids, int count, Action<int, JsonElement> found, CancellationToken cancel)
    {
        var answer = await client.SendAsync(
            HttpMethod.Post, $"{path}&filter_path=docs.found,docs.error.type,docs._source", ids, Deadline, cancel);
        if (answer.Status == 404)
        {
            return;
        }

        using var json = Success(answer, "look for documents in").Json();
        var docs = json.RootElement.TryGetProperty("docs", out var array) ? array : default;
        if (docs.ValueKind != JsonValueKind.Array || docs.GetArrayLength() != count)
        {
            throw new ElasticUnavailableException("Elasticsearch answered a look-up with something else.", mayBeApplied: false);
        }

        foreach (var (at, doc) in docs.EnumerateArray().Index())
        {
            if (IsFound(doc))
            {
                found(at, doc);
            }
        }
    }

    /// <summary>Has an index write to disk what it has in memory. Returns why we may not; null when it is done.</summary>
    public async Task<string?> FlushAsync(string index, CancellationToken cancel)
    {
        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, $"/{index}/_flush?filter_path=_shards") { Deadline = Deadline }, cancel);
        if (answer.Status is (>= 400 and < 500) and not (404 or 408 or 429))
        {
            return answer.Problem();
        }

        // An index that is gone has nothing to lose.
        if (answer.Status != 404)
        {
            using var json = Success(answer, "flush").Json();
            var shards = json.RootElement.GetProperty("_shards");
            // A shard that is not started yet is passed over, and is no failure.
            if (shards.GetProperty("failed").GetInt32() > 0 || shards.GetProperty("successful").GetInt32() == 0)
            {
                throw new ElasticUnavailableException("Elasticsearch could not flush an index yet.", mayBeApplied: true);
            }
        }

        return null;
    }

    /// <summary>Deletes items from an index. Returns how many could not be.</summary>
    public async Task<int> DeleteAsync(BackingIndex index, BulkChunk chunk, List<int> items, CancellationToken cancel)
    {
        var body = new ByteBuffer(items.Count * 128);
        foreach (var item in items)
        {
            body.Append("{\"delete\":{\"_id\":\""u8);
            body.Append(chunk.Id(item));
            body.Append("\"}}\n"u8);
        }

        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, $"/{index.Name}/_bulk?filter_path=items.*.status")
            {
                Body = body.Slice(0, body.Length),
                ContentType = ElasticRequest.NdJson,
                Deadline = Deadline,
            }, cancel);
        if (answer.Status is 401 or 403)
        {
            return items.Count;
        }

        using var json = Success(answer, "delete newer copies from").Json();
        var statuses = json.RootElement.GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("delete").GetProperty("status").GetInt32()).ToList();
        if (statuses.Any(status => status is 429 or >= 500))
        {
            throw new ElasticUnavailableException("Elasticsearch could not delete newer copies yet.", mayBeApplied: true);
        }

        return statuses.Count(status => status is not (200 or 404));
    }

    private static bool IsFound(JsonElement doc)
    {
        if (doc.TryGetProperty("found", out var found))
        {
            return found.GetBoolean();
        }

        return doc.TryGetProperty("error", out var error) && error.GetProperty("type").ToString() == "index_not_found_exception"
            ? false
            : throw new ElasticUnavailableException("Elasticsearch could not look for documents in doubt.", mayBeApplied: false);
    }

    private static ElasticResponse Success(ElasticResponse answer, string what) => answer.Status switch
    {
        >= 200 and < 300 => answer,
        429 or 408 or >= 500 => throw new ElasticUnavailableException(
            $"Elasticsearch could not {what} a data stream: {answer.Problem()}.", mayBeApplied: true),
        _ => throw new StoreFaultException(
            $"Elasticsearch does not let us {what} a data stream, which is needed to store nothing twice: {answer.Problem()}."),
    };
}
