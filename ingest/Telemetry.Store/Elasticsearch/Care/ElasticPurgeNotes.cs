using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Autopsy;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Care;

/// <summary>
/// Notes of purges in the plain index <c>telemetry-purged-NAMESPACE</c>, in the order in which its one shard took them. Whoever reads a
/// lifetime puts it right by them, whether its indexer has noted the purge in its state yet or not.
/// </summary>
/// <param name="client">The cluster; not disposed of.</param>
public sealed class ElasticPurgeNotes(ElasticClient client) : IPurgeNotes
{
    private const int Piece = 1000;
    private const int MaxRanges = 5000;
    private const int MaxRequestBytes = 8 << 20;
    private const string Order = "_seq_no";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly string[] All = ["lifetime", "stream", "epoch", "ranges", "crashes", "detail", "at_us"];

    private readonly string _index = new DataStreamNames(client.Options.Namespace).Purged;
    private readonly LifetimeSearcher _searcher = new(client, new DataStreamNames(client.Options.Namespace).Purged);

    /// <inheritdoc/>
    public async Task KeepAsync(IEnumerable<PurgeNote> notes, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(notes);
        await RequireTemplateAsync(cancel).ConfigureAwait(false);
        using var body = new MemoryStream();
        foreach (var note in notes.SelectMany(Pieces))
        {
            body.Write("{\"create\":{}}\n"u8);
            JsonSerializer.Serialize(body, Source(note));
            body.WriteByte((byte)'\n');
            if (body.Length >= MaxRequestBytes)
            {
                await SendAsync(body, cancel).ConfigureAwait(false);
            }
        }

        await SendAsync(body, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyList<PurgeNote> Notes, long Next)> ReadAsync(long from, CancellationToken cancel)
    {
        List<PurgeNote> notes = [];
        var later = Dsl.Range(Order, ("gte", from));
        await foreach (var hit in _searcher.SearchAsync(later, InOrder(), All, Piece, cancel).ConfigureAwait(false))
        {
            from = hit.GetProperty("sort"u8)[0].GetInt64() + 1;
            notes.Add(Read(hit.GetProperty("_source"u8)));
        }

        return (notes, from);
    }

    /// <summary>The same evidence, put right.</summary>
    /// <exception cref="IOException">The notes cannot be read.</exception>
    internal async Task<IReadOnlyList<LifetimeEvidence>> CorrectAsync(IReadOnlyList<LifetimeEvidence> lifetimes, CancellationToken cancel)
    {
        if (lifetimes.Count == 0)
        {
            return lifetimes;
        }

        var theirs = Dsl.Terms("lifetime", [.. lifetimes.Select(evidence => JsonValue.Create(evidence.Id.ToString()))]);
        var notes = (await FindAsync(theirs, cancel).ConfigureAwait(false)).ToLookup(note => note.Stream.Lifetime);
        return notes.Count == 0 ? lifetimes : [.. lifetimes.Select(evidence => PurgedSince.Correct(evidence, notes[evidence.Id]))];
    }

    /// <summary>Ids of documents of crashes that were purged.</summary>
    /// <exception cref="IOException">The notes cannot be read.</exception>
    internal async Task<IReadOnlySet<string>> CrashesAsync(CancellationToken cancel) =>
        (await FindAsync(Dsl.Exists("crashes"), cancel).ConfigureAwait(false)).SelectMany(note => note.Crashes).ToHashSet(StringComparer.Ordinal);

    private async Task<List<PurgeNote>> FindAsync(JsonObject query, CancellationToken cancel)
    {
        List<PurgeNote> notes = [];
        await foreach (var hit in _searcher.SearchAsync(query, InOrder(), All, Piece, cancel).ConfigureAwait(false))
        {
            notes.Add(Read(hit.GetProperty("_source"u8)));
        }

        return notes;
    }

    private static JsonArray InOrder() => [Dsl.Sorted(Order, descending: false)];

    // An index that comes into being without its template would not be searched by lifetime.
    private async Task RequireTemplateAsync(CancellationToken cancel)
    {
        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Get, $"/_index_template/{_index}") { Deadline = Deadline }, cancel).ConfigureAwait(false);
        if (answer.Status == 404)
        {
            throw new IOException("The store has no template for what was purged; 'telemetry store install' installs it.");
        }
    }

    private static IEnumerable<PurgeNote> Pieces(PurgeNote note) =>
        note.Records.Chunk(MaxRanges).Select((ranges, i) => note with { Records = ranges, Crashes = i == 0 ? note.Crashes : [] });

    private static JsonObject Source(PurgeNote note) => new()
    {
        ["lifetime"] = note.Stream.Lifetime.ToString(),
        ["stream"] = note.Stream.Stream.ToString(),
        ["epoch"] = note.Stream.Epoch.ToString(),
        ["ranges"] = new JsonArray([.. note.Records.SelectMany(range => new[] { range.First, range.End }).Select(end => JsonValue.Create((long)end))]),
        ["crashes"] = new JsonArray([.. note.Crashes.Select(id => JsonValue.Create(id))]),
        ["detail"] = note.Detail,
        ["at_us"] = note.AtUnixUs,
    };

    private static PurgeNote Read(JsonElement source)
    {
        long[] ends = [.. source.GetProperty("ranges"u8).EnumerateArray().Select(end => end.GetInt64())];
        if (!LifetimeId.TryParse(source.GetProperty("lifetime"u8).GetString(), out var lifetime)
            || !StreamId.TryParse(source.GetProperty("stream"u8).GetString(), out var stream)
            || !StreamId.TryParse(source.GetProperty("epoch"u8).GetString(), out var epoch)
            || ends.Length == 0 || ends.Length % 2 != 0)
        {
            throw new IOException("There is a note of a purge that cannot be read; what it is about would come back.");
        }

        return new PurgeNote(
            new StreamEpoch(lifetime, stream, new Epoch(epoch.Value)),
            [.. ends.Chunk(2).Select(range => new Interval((ulong)range[0], (ulong)range[1]))],
            [.. source.GetProperty("crashes"u8).EnumerateArray().Select(id => id.GetString()!)],
            source.GetProperty("detail"u8).GetString()!, source.GetProperty("at_us"u8).GetInt64());
    }

    private async Task SendAsync(MemoryStream body, CancellationToken cancel)
    {
        if (body.Length == 0)
        {
            return;
        }

        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, $"/{_index}/_bulk?refresh=true&filter_path=errors")
            {
                Body = body.GetBuffer().AsMemory(0, (int)body.Length), ContentType = ElasticRequest.NdJson, Deadline = Deadline,
            },
            cancel).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            throw new IOException($"Elasticsearch does not keep what is to be purged: {answer.Problem()}.");
        }

        using var json = answer.Json();
        if (json.RootElement.GetProperty("errors"u8).GetBoolean())
        {
            throw new IOException("Elasticsearch does not keep all of what is to be purged.");
        }

        body.SetLength(0);
    }
}
