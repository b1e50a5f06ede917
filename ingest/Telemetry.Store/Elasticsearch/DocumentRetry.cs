using System.Globalization;
using System.Text;
using System.Text.Json;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Sends documents that the store once refused again, one at a time, by their ids: whoever does so twice stores nothing twice, also
/// across a rollover. Not thread-safe.
/// </summary>
/// <param name="client">The cluster.</param>
public sealed class DocumentRetry(ElasticClient client)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DataStreamNames _names = new(client.Options.Namespace);
    private readonly Copies _copies = new(client, new DataStreamNames(client.Options.Namespace));
    private readonly RetriedMarks _marks = new(client);
    private readonly BulkAnswer _answer = new();

    /// <summary>
    /// Sends one, and notes that its record is stored, so that its lifetime does not count it as lost any more. <c>Problem</c> is one
    /// sentence, "" when the store has it and all is well.
    /// </summary>
    /// <param name="id"><c>_id</c>.</param>
    /// <param name="source">The document as it was sent before, one JSON object in one line.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The store cannot be reached, or does not let us look.</exception>
    public async Task<(RetriedDocument Outcome, string Problem)> CreateAsync(
        DocumentId id, ReadOnlyMemory<byte> source, CancellationToken cancel)
    {
        if (!TryChoose(source, out var stream, out var record))
        {
            return (RetriedDocument.Refused, "The letter's bytes are no JSON object.");
        }

        var (outcome, problem) = await CreateAsync(id, source, stream, cancel);
        if (outcome is RetriedDocument.Stored or RetriedDocument.WasThere && record is { } refused
            && await _marks.NoteAsync(id, refused, cancel) is { } unnoted)
        {
            return (RetriedDocument.NotNow, $"The store has it, but its lifetime still counts it as lost, which could not be noted: {unnoted}.");
        }

        return (outcome, problem);
    }

    private async Task<(RetriedDocument Outcome, string Problem)> CreateAsync(
        DocumentId id, ReadOnlyMemory<byte> source, DocumentStream stream, CancellationToken cancel)
    {
        // `create` sees only the newest backing index.
        foreach (var index in await _copies.IndexesAsync(stream, cancel))
        {
            if (await _copies.HasAsync(index, id, cancel))
            {
                return await ThereAsync(index.Name, cancel);
            }
        }

        var response = await client.SendAsync(Request(id, source, stream), cancel);
        if (!response.IsSuccess || !_answer.TryRead(response.Body, expected: 1))
        {
            return (RetriedDocument.NotNow, $"Elasticsearch did not take it: {response.Problem()}.");
        }

        var item = _answer[0];
        return ItemVerdicts.Of(item.Status, _answer.Text(item.ErrorType), item.IsInFailureStore) switch
        {
            ItemVerdict.Stored => (RetriedDocument.Stored, ""),
            ItemVerdict.Duplicate => await ThereAsync(_names[stream], cancel),
            ItemVerdict.FailureStore => (RetriedDocument.Refused, "It went to the failure store, where queries do not look."),
            ItemVerdict.Refused => (RetriedDocument.Refused, $"The store still refuses it: {_answer.Problem(0)}."),
            _ => (RetriedDocument.NotNow, $"Elasticsearch did not take it: {_answer.Problem(0)}."),
        };
    }

    // What is there already may have its fsync before it: see Durability.
    private async Task<(RetriedDocument Outcome, string Problem)> ThereAsync(string index, CancellationToken cancel) =>
        await _copies.FlushAsync(index, cancel) is { } refused
            ? (RetriedDocument.WasThere, $"It may not be on disk yet, and {index} may not be flushed (privilege \"maintenance\"): {refused}.")
            : (RetriedDocument.WasThere, "");

    private ElasticRequest Request(DocumentId id, ReadOnlyMemory<byte> source, DocumentStream stream)
    {
        var body = new ByteBuffer(source.Length + 256);
        body.Append(Encoding.UTF8.GetBytes($"{{\"create\":{{\"_index\":\"{_names[stream]}\",\"_id\":\"{id}\"}}}}\n"));
        body.Append(source.Span.TrimEnd((byte)'\n'));
        body.Append((byte)'\n');
        return new ElasticRequest(HttpMethod.Post, $"/_bulk?require_data_stream=true&filter_path={BulkAnswer.FilterPath}")
        {
            Body = body.Slice(0, body.Length),
            ContentType = ElasticRequest.NdJson,
            Deadline = Deadline,
        };
    }

    private static bool TryChoose(ReadOnlyMemory<byte> source, out DocumentStream stream, out RecordId? record)
    {
        (stream, record) = (default, null);
        try
        {
            using var json = JsonDocument.Parse(source);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            stream = StreamChoice.Of(
                Text(json, Fields.EventDataset), Text(json, Fields.TelemetryLane), Text(json, Fields.TelemetryStreamName));
            record = RecordOf(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static RecordId? RecordOf(JsonDocument json) =>
        LifetimeId.TryParse(Encoding.UTF8.GetString(Text(json, Fields.LifetimeIdField)), out var lifetime)
        && StreamId.TryParse(Encoding.UTF8.GetString(Text(json, Fields.TelemetryStream)), out var stream)
        && StreamId.TryParse(Encoding.UTF8.GetString(Text(json, Fields.TelemetryEpoch)), out var epoch)
        && long.TryParse(Text(json, Fields.EventSequence), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? new RecordId(lifetime, stream, new Epoch(epoch.Value), (ulong)seq)
            : null;

    // Of several values the first counts, as in a document.
    private static byte[] Text(JsonDocument json, FieldName field)
    {
        var text = !TryFind(json.RootElement, field.Name, out var value) ? ""
            : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().FirstOrDefault().ToString() : value.ToString();
        return Encoding.UTF8.GetBytes(text);
    }

    // Names are dotted in what former versions sent, and objects since.
    private static bool TryFind(JsonElement parent, string name, out JsonElement value)
    {
        if (parent.TryGetProperty(name, out value))
        {
            return true;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && parent.TryGetProperty(name[..dot], out var child) && child.ValueKind == JsonValueKind.Object
            && TryFind(child, name[(dot + 1)..], out value);
    }
}
