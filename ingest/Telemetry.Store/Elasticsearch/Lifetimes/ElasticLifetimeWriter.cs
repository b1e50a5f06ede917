using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// Writes lifetimes, whole, into their index. The version of each is the time up to which it is known, so that a replay or a stopped
/// former owner never takes one back. Safe for concurrent use.
/// </summary>
/// <param name="client">The cluster; not disposed of.</param>
/// <param name="silenceBound">A server not heard of for longer is dead; default 15 s. For what is searched by, not for what is read.</param>
public sealed class ElasticLifetimeWriter(ElasticClient client, TimeSpan? silenceBound = null) : ILifetimeWriter
{
    private const int MaxRequestBytes = 8 << 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _index = new DataStreamNames(client.Options.Namespace).Lifetimes;
    private readonly long _silenceBoundUs = (long)(silenceBound ?? TimeSpan.FromSeconds(15)).TotalMicroseconds;

    /// <summary>
    /// Stores the snapshots, in requests of at most 8 MiB unless one is larger alone. A newer one that is stored already is success.
    /// Writing again what was written changes nothing.
    /// </summary>
    /// <returns>Lifetimes that the store is too busy for at the moment; write them again later.</returns>
    /// <exception cref="ElasticUnavailableException">No answer, or the store is away; what is stored of them is not known.</exception>
    /// <exception cref="IOException">The store refuses one, or all; the reason is in the message.</exception>
    public async Task<IReadOnlyList<LifetimeId>> WriteAsync(IEnumerable<LifetimeSnapshot> snapshots, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var again = new List<LifetimeId>();
        var ids = new List<LifetimeId>();
        using var body = new MemoryStream();
        foreach (var snapshot in snapshots)
        {
            var start = body.Length;
            Append(body, snapshot);
            if (body.Length > MaxRequestBytes && start > 0)
            {
                await SendAsync(body.GetBuffer().AsMemory(0, (int)start), ids, again, cancel).ConfigureAwait(false);
                var rest = body.GetBuffer().AsSpan((int)start, (int)(body.Length - start)).ToArray();
                ids.Clear();
                body.SetLength(0);
                body.Write(rest);
            }

            ids.Add(snapshot.Evidence.Id);
        }

        await SendAsync(body.GetBuffer().AsMemory(0, (int)body.Length), ids, again, cancel).ConfigureAwait(false);
        return again;
    }

    private void Append(MemoryStream body, in LifetimeSnapshot snapshot)
    {
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("index");
            json.WriteString("_id", snapshot.Evidence.Id.ToString());
            json.WriteNumber("version", snapshot.AsOfUnixUs);
            json.WriteString("version_type", "external_gte");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.WriteByte((byte)'\n');
        using (var json = new Utf8JsonWriter(body))
        {
            LifetimeDocument.Write(json, snapshot, _silenceBoundUs);
        }

        body.WriteByte((byte)'\n');
    }

    private async Task SendAsync(
        ReadOnlyMemory<byte> body, List<LifetimeId> ids, List<LifetimeId> again, CancellationToken cancel)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var request = new ElasticRequest(HttpMethod.Post, $"/{_index}/_bulk?filter_path=items.*.status,items.*.error.type,items.*.error.reason")
        {
            Body = body, ContentType = ElasticRequest.NdJson, Deadline = Deadline,
        };
        var response = await client.SendAsync(request, cancel).ConfigureAwait(false);
        if (response.Status is 429 or >= 500)
        {
            throw new ElasticUnavailableException($"Elasticsearch does not take lifetimes: {response.Problem()}.", mayBeApplied: response.Status != 429);
        }

        if (!response.IsSuccess)
        {
            throw new IOException($"Elasticsearch refuses lifetimes: {response.Problem()}.");
        }

        using var json = response.Json();
        var refused = Judge(json.RootElement.GetProperty("items"u8), ids, again);
        if (refused is not null)
        {
            throw new IOException(refused);
        }
    }

    // One that is refused does not keep the answers to the others from being read.
    private static string? Judge(JsonElement items, List<LifetimeId> ids, List<LifetimeId> again)
    {
        string? refused = null;
        var i = 0;
        foreach (var item in items.EnumerateArray())
        {
            var id = ids[i++];
            var answer = item.GetProperty("index"u8);
            var status = answer.GetProperty("status"u8).GetInt32();
            if (status is 429 or >= 500)
            {
                again.Add(id);
            }
            else if (status is not (409 or >= 200 and < 300))
            {
                var error = answer.TryGetProperty("error"u8, out var why) ? why : default;
                var reason = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("reason"u8, out var text) ? text.ToString() : "";
                refused ??= $"Elasticsearch refuses lifetime {id}: {status} {ElasticResponse.Shorten(reason)}.";
            }
        }

        return refused;
    }
}
