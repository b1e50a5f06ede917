using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Holds;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Holds;

/// <summary>
/// The holds of a namespace, in the plain index <c>telemetry-holds-NAMESPACE</c>, so that every indexer and every command sees them.
/// Data streams drop whole backing indices: what is held of them is copied to <c>telemetry-held-NAMESPACE</c>, when the hold is placed,
/// and by <see cref="KeepAsync"/> from each backing index that is written no more, which is long before it can be dropped. A hold that is
/// released stays, marked, until its copies are deleted. Safe for concurrent use, across processes.
/// </summary>
/// <param name="client">The cluster; not disposed of.</param>
public sealed class ElasticHolds(ElasticClient client)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    private readonly DataStreamNames _names = new(client.Options.Namespace);
    private readonly HeldCopies _copies = new(client);

    /// <summary>All holds, oldest first.</summary>
    /// <exception cref="IOException">They cannot be read, or not all of them: nothing may be deleted.</exception>
    public async Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancel) =>
        [.. (await AllAsync(cancel).ConfigureAwait(false)).Where(kept => !kept.IsReleased).Select(kept => kept.Hold)];

    /// <summary>
    /// Places a hold and copies all that is there of the lifetime. False when there is a hold of it already, which stays as it is; what
    /// has come since is copied.
    /// </summary>
    /// <exception cref="IOException">It cannot be placed, or not everything could be copied yet: then do it again.</exception>
    public async Task<bool> AddAsync(Hold hold, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(hold);
        await RequireTemplateAsync(cancel).ConfigureAwait(false);
        var all = await AllAsync(cancel).ConfigureAwait(false);
        var there = all.FirstOrDefault(kept => kept.Hold.Lifetime == hold.Lifetime);
        if (there is { IsReleased: true })
        {
            throw new IOException($"{hold.Lifetime} is being released; hold it again when that has ended.");
        }

        if (there is null && all.Count >= HoldFile.MaxHolds)
        {
            throw new IOException($"There are {HoldFile.MaxHolds} holds, and no more are kept; release one first.");
        }

        var isNew = there is null && await TryCreateAsync(hold, cancel).ConfigureAwait(false);
        await _copies.CompleteAsync([hold.Lifetime], withNewest: true, cancel).ConfigureAwait(false);
        return isNew;
    }

    /// <summary>Ends a hold and deletes the copies. False when there is none of the lifetime.</summary>
    /// <exception cref="IOException">It cannot be ended, or not all copies are deleted: <see cref="KeepAsync"/> ends it.</exception>
    public async Task<bool> ReleaseAsync(LifetimeId lifetime, CancellationToken cancel)
    {
        var all = await AllAsync(cancel).ConfigureAwait(false);
        if (all.FirstOrDefault(kept => kept.Hold.Lifetime == lifetime) is not { } kept)
        {
            return false;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(Source(kept.Hold, isReleased: true));
        await SendAsync(HttpMethod.Put, $"/{_names.Holds}/_doc/{lifetime}?refresh=true", body, "release a hold", cancel).ConfigureAwait(false);
        await EndAsync(lifetime, cancel).ConfigureAwait(false);
        return !kept.IsReleased;
    }

    /// <summary>
    /// Copies what has come of held lifetimes, ends what was released, and returns the holds. Called each minute by every indexer; what
    /// one has done, the others find done.
    /// </summary>
    /// <exception cref="IOException">Something could not be done: call it again.</exception>
    public async Task<IReadOnlyList<Hold>> KeepAsync(CancellationToken cancel)
    {
        var all = await AllAsync(cancel).ConfigureAwait(false);
        foreach (var released in all.Where(kept => kept.IsReleased))
        {
            await EndAsync(released.Hold.Lifetime, cancel).ConfigureAwait(false);
        }

        List<Hold> holds = [.. all.Where(kept => !kept.IsReleased).Select(kept => kept.Hold)];
        await _copies.CompleteAsync([.. holds.Select(hold => hold.Lifetime)], withNewest: false, cancel).ConfigureAwait(false);
        return holds;
    }

    private async Task EndAsync(LifetimeId lifetime, CancellationToken cancel)
    {
        await _copies.DeleteAsync(lifetime, cancel).ConfigureAwait(false);
        await SendAsync(HttpMethod.Delete, $"/{_names.Holds}/_doc/{lifetime}?refresh=true", default, "release a hold", cancel).ConfigureAwait(false);
    }

    private async Task<bool> TryCreateAsync(Hold hold, CancellationToken cancel)
    {
        var answer = await client.SendAsync(
            HttpMethod.Put, $"/{_names.Holds}/_create/{hold.Lifetime}?refresh=true",
            JsonSerializer.SerializeToUtf8Bytes(Source(hold, isReleased: false)), Deadline, cancel).ConfigureAwait(false);
        return answer.IsSuccess || (answer.Status == 409 ? false : throw Refused("place a hold", answer));
    }

    // An index that comes into being without its template would take the fields of the first document for all there are.
    private async Task RequireTemplateAsync(CancellationToken cancel)
    {
        var answer = await client.SendAsync(
            new ElasticRequest(HttpMethod.Get, $"/_index_template/{_names.Held}") { Deadline = Deadline }, cancel).ConfigureAwait(false);
        if (answer.Status == 404)
        {
            throw new IOException("The store has no template for what is held; 'telemetry store install' installs it.");
        }
    }

    private async Task<List<KeptHold>> AllAsync(CancellationToken cancel)
    {
        var search = new JsonObject
        {
            ["size"] = HoldFile.MaxHolds + 1,
            ["sort"] = new JsonArray(Dsl.Sorted("since_us", descending: false, "long")),
        };
        var response = await client.SendAsync(
            HttpMethod.Post, $"/{_names.Holds}/_search?allow_partial_search_results=false",
            JsonSerializer.SerializeToUtf8Bytes(search), Deadline, cancel).ConfigureAwait(false);
        using var answer = SearchAnswer.Read(response);
        return answer.Incomplete.Count == 0
            ? [.. answer.Page.Select(Read)]
            : throw new IOException($"The holds cannot be read whole: {answer.Incomplete[0]}.");
    }

    private static KeptHold Read(JsonElement hit)
    {
        var source = hit.GetProperty("_source"u8);
        return LifetimeId.TryParse(hit.GetProperty("_id"u8).GetString(), out var lifetime)
            ? new KeptHold(
                new Hold(lifetime, Text(source, "reason"u8), Text(source, "by"u8), source.GetProperty("since_us"u8).GetInt64()),
                source.TryGetProperty("released"u8, out var released) && released.ValueKind == JsonValueKind.True)
            : throw new IOException("There is a hold of what is no lifetime; nothing may be deleted before it is gone.");
    }

    private static string Text(JsonElement source, ReadOnlySpan<byte> name) =>
        source.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static JsonObject Source(Hold hold, bool isReleased) => new()
    {
        ["lifetime"] = hold.Lifetime.ToString(),
        ["reason"] = hold.Reason,
        ["by"] = hold.By,
        ["since_us"] = hold.SinceUnixUs,
        ["released"] = isReleased,
    };

    private async Task SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, string what, CancellationToken cancel)
    {
        var answer = await client.SendAsync(method, path, body, Deadline, cancel).ConfigureAwait(false);
        if (!answer.IsSuccess && answer.Status != 404)
        {
            throw Refused(what, answer);
        }
    }

    private static IOException Refused(string what, ElasticResponse answer) =>
        answer.Status is 429 or >= 500
            ? new ElasticUnavailableException($"Elasticsearch could not {what}: {answer.Problem()}.", mayBeApplied: true)
            : new IOException($"Elasticsearch does not let us {what}: {answer.Problem()}.");

    private sealed record KeptHold(Hold Hold, bool IsReleased);
}
