using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Telemetry.Benchmarks.Engines;

/// <summary>
/// Documents as our indexer sent them, read back from the store once, as bulk lines for any data stream: what the raw loader and the
/// peers send is the same.
/// </summary>
internal sealed class EncodedDocuments
{
    private readonly List<(string Id, byte[] Source)> _documents = [];

    public int Count => _documents.Count;

    /// <summary>Average size of a document, bytes.</summary>
    public double MeanBytes => _documents.Average(d => d.Source.Length);

    /// <summary>Reads everything of a data stream, in the order in which it was sent.</summary>
    public static async Task<EncodedDocuments> ReadAsync(StoreApi store, string stream)
    {
        var result = new EncodedDocuments();
        using var pit = await store.PostAsync($"/{stream}/_pit?keep_alive=5m", "");
        var id = pit.RootElement.GetProperty("id").GetString();
        var after = "";
        while (true)
        {
            using var page = await store.PostAsync(
                "/_search?filter_path=hits.hits._id,hits.hits._source,hits.hits.sort",
                $$"""{"size":10000,"track_total_hits":false,"pit":{"id":"{{id}}","keep_alive":"5m"},"sort":[{"event.sequence":"asc"},"_shard_doc"]{{after}}}""");
            if (!page.RootElement.TryGetProperty("hits", out var hits))
            {
                return result;
            }

            foreach (var hit in hits.GetProperty("hits").EnumerateArray())
            {
                result._documents.Add((hit.GetProperty("_id").GetString()!, Encoding.UTF8.GetBytes(hit.GetProperty("_source").GetRawText())));
                after = $",\"search_after\":{hit.GetProperty("sort").GetRawText()}";
            }
        }
    }

    /// <summary>Bulk bodies of about a size for a data stream.</summary>
    public IEnumerable<(byte[] Body, int Documents)> Chunks(string stream, int bytes, int count)
    {
        var body = new ArrayBufferWriter<byte>(bytes + 4096);
        var documents = 0;
        foreach (var (id, source) in _documents.Take(count))
        {
            Append(body, $$$"""{"create":{"_index":"{{{stream}}}","_id":"{{{id}}}"}}""");
            body.Write("\n"u8);
            body.Write(source);
            body.Write("\n"u8);
            documents++;
            if (body.WrittenCount >= bytes)
            {
                yield return (body.WrittenSpan.ToArray(), documents);
                body.ResetWrittenCount();
                documents = 0;
            }
        }

        if (documents > 0)
        {
            yield return (body.WrittenSpan.ToArray(), documents);
        }
    }

    /// <summary>Writes a file for peers, as <see cref="ElasticPeers.PeerDocuments"/> says.</summary>
    public async Task WriteAsync(string path)
    {
        await using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        foreach (var (id, source) in _documents)
        {
            await file.WriteAsync($"{id} {Encoding.UTF8.GetString(source)}\n");
        }
    }

    private static void Append(ArrayBufferWriter<byte> body, string text) => body.Advance(Encoding.UTF8.GetBytes(text, body.GetSpan(text.Length * 3)));
}
