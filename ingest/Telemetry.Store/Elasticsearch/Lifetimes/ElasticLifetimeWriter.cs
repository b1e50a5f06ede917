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
    /// Stores them, in requests of at most 8 MiB unless one is larger alone. That a newer one is there already is success; writing
    /// again what was written changes nothing.
    /// </summary>
    /// <exception cref="ElasticUnavailableException">No answer, or the store is too busy for one of them: write them again.</exception>
    /// <exception cref="IOException">The store refuses one, or all; the reason is in the message. The others are stored.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<LifetimeSnapshot> lifetimes, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(lifetimes);
        var ids = new List<LifetimeId>();
        var failure = new LifetimeFailure();
        using var body = new MemoryStream();
        foreach (var snapshot in lifetimes)
        {
            var start = body.Length;
            Append(body, snapshot);
            if (body.Length > MaxRequestBytes && start > 0)
            {
                await SendAsync(body.GetBuffer().AsMemory(0, (int)start), ids, failure, cancel).ConfigureAwait(false);
                var rest = body.GetBuffer().AsSpan((int)start, (int)(body.Length - start)).ToArray();
                ids.Clear();
                body.SetLength(0);
                body.Write(rest);
            }

            ids.Add(snapshot.Evidence.Id);
        }

        await SendAsync(body.GetBuffer().AsMemory(0, (int)body.Length), ids, failure, cancel).ConfigureAwait(false);
        failure.ThrowIfAny();
    }

    private void Append(MemoryStream body, LifetimeSnapshot snapshot)
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

    private async Task SendAsync(ReadOnlyMemory<byte> body, List<LifetimeId> ids, LifetimeFailure failure, CancellationToken cancel)
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
        if (!response.IsSuccess)
        {
            throw response.Status is 429 or >= 500
                ? new ElasticUnavailableException($"Elasticsearch does not take lifetimes: {response.Problem()}.", mayBeApplied: response.Status != 429)
                : new IOException($"Elasticsearch refuses lifetimes: {response.Problem()}.");
        }

        using var json = response.Json();
        failure.Add(json.RootElement.GetProperty("items"u8), ids);
    }
}
