using System.Text.Json;
using Telemetry.Store.Elasticsearch.Templates;

namespace Telemetry.Store.Elasticsearch.Holds;

/// <summary>Writes and deletes copies. What is there already, or is gone already, is as it should be.</summary>
internal sealed class HeldBulk(ElasticClient client)
{
    private const int MaxRequestBytes = 8 << 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _held = new DataStreamNames(client.Options.Namespace).Held;

    /// <summary>Copies hits with their sources, under their ids and with the name of their index. The hits are read before it returns.</summary>
    /// <exception cref="IOException">One at least is not copied.</exception>
    public Task CreateAsync(IEnumerable<JsonElement> hits, CancellationToken cancel)
    {
        List<MemoryStream> bodies = [new()];
        foreach (var hit in hits)
        {
            if (bodies[^1].Length >= MaxRequestBytes)
            {
                bodies.Add(new MemoryStream());
            }

            Append(bodies[^1], "create", hit.GetProperty("_id"u8).GetString()!);
            Append(bodies[^1], hit.GetProperty("_source"u8), hit.GetProperty("_index"u8).GetString()!);
        }

        return SendAllAsync(bodies, cancel);
    }

    /// <summary>Deletes copies.</summary>
    /// <exception cref="IOException">One at least is not deleted.</exception>
    public async Task DeleteAsync(IEnumerable<string> ids, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        foreach (var id in ids)
        {
            Append(body, "delete", id);
        }

        await SendAsync(body, cancel).ConfigureAwait(false);
    }

    private static void Append(MemoryStream body, string action, string id)
    {
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject(action);
            json.WriteString("_id"u8, id);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.WriteByte((byte)'\n');
    }

    private static void Append(MemoryStream body, JsonElement source, string index)
    {
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString(HoldMappings.HeldFrom, index);
            foreach (var property in source.EnumerateObject())
            {
                property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        body.WriteByte((byte)'\n');
    }

    private async Task SendAllAsync(List<MemoryStream> bodies, CancellationToken cancel)
    {
        foreach (var body in bodies)
        {
            await SendAsync(body, cancel).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(MemoryStream body, CancellationToken cancel)
    {
        if (body.Length == 0)
        {
            return;
        }

        var response = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, $"/{_held}/_bulk?filter_path=items.*.status,items.*.error.reason")
            {
                Body = body.GetBuffer().AsMemory(0, (int)body.Length), ContentType = ElasticRequest.NdJson, Deadline = Deadline,
            },
            cancel).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            throw Refused(response.Status, response.Problem());
        }

        using var json = response.Json();
        foreach (var answer in json.RootElement.GetProperty("items"u8).EnumerateArray().Select(item => item.EnumerateObject().First().Value))
        {
            // 409: it was copied before; 404: it was deleted before.
            if (answer.GetProperty("status"u8).GetInt32() is var status and not (409 or 404 or >= 200 and < 300))
            {
                var reason = answer.TryGetProperty("error"u8, out var error) ? ElasticResponse.Shorten(error.GetProperty("reason"u8).ToString()) : "";
                throw Refused(status, $"{status} {reason}");
            }
        }
    }

    private static IOException Refused(int status, string problem) => status is 429 or >= 500
        ? new ElasticUnavailableException($"Elasticsearch could not keep what is held: {problem}.", mayBeApplied: true)
        : new IOException($"Elasticsearch does not let us keep what is held: {problem}.");
}
