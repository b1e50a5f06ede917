using System.Text;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>
/// The promoted fields of a data stream, or of the index of what is held, that is there already: its template is for indices to come, so the index that is written gets
/// the mapping from here. What an index has as another type cannot be changed in it, and is a conflict also where only older
/// indices have it: a search over both would not find the same in them.
/// </summary>
internal sealed class StreamFields(ElasticClient client, PromotedFields fields)
{
    /// <summary>What is to be done; null when there is no stream yet, or nothing is promoted.</summary>
    public async Task<TemplateChange?> PlanAsync(string stream, CancellationToken cancel)
    {
        if (fields.All.Count == 0 || await WrittenAsync(stream, cancel) is not { } written)
        {
            return null;
        }

        List<string> diff = [];
        var all = await MappedFields.ReadAsync(client, stream, cancel);
        List<string> conflicts = [.. fields.All.SelectMany(promoted => Conflicts(all, promoted.Field, stream, diff))];
        if (conflicts.Count > 0)
        {
            return Change(stream, TemplateAction.Conflict, diff) with { Conflicts = conflicts };
        }

        var now = await MappedFields.ReadAsync(client, written, cancel);
        var marked = now.Promoted.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        diff = [.. fields.All.Select(promoted => promoted.Field).Where(field => !marked.Contains(field.Name))
            .Select(field => $"+ {field.Name}: {ElasticMappings.Family(field.Type)}")];
        return Change(stream, diff.Count == 0 ? TemplateAction.Unchanged : TemplateAction.Update, diff) with
        {
            Path = $"/{stream}/_mapping?write_index_only=true",
            Body = Encoding.UTF8.GetBytes(ElasticMappings.Promoted(fields).ToJsonString()),
        };
    }

    private static TemplateChange Change(string stream, TemplateAction action, IReadOnlyList<string> diff) =>
        new("fields of", stream, action, diff);

    private static IEnumerable<string> Conflicts(MappedFields there, FieldName field, string stream, List<string> diff)
    {
        var wanted = ElasticMappings.Family(field.Type);
        foreach (var type in there.TypesOf(field.Name).Where(type => type != wanted))
        {
            diff.Add($"- {field.Name}: {type}");
            diff.Add($"+ {field.Name}: {wanted}");
            yield return FieldConflict.Describe(field, field.Name, type, stream);
        }

        for (var dot = field.Name.LastIndexOf('.'); dot > 0; dot = field.Name.LastIndexOf('.', dot - 1))
        {
            var parent = field.Name[..dot];
            foreach (var type in there.TypesOf(parent).Where(type => type is not ("object" or "nested")))
            {
                diff.Add($"- {parent}: {type}");
                yield return FieldConflict.Describe(field, parent, type, stream);
            }
        }
    }

    private async Task<string?> WrittenAsync(string stream, CancellationToken cancel)
    {
        var path = $"/_data_stream/{stream}?filter_path=data_streams.indices.index_name";
        var answer = await client.SendAsync(new ElasticRequest(HttpMethod.Get, path), cancel);
        if (answer.Status == 404)
        {
            var index = await client.SendAsync(new ElasticRequest(HttpMethod.Head, $"/{stream}"), cancel);
            return index.IsSuccess ? stream : null;
        }

        if (!answer.IsSuccess)
        {
            throw new IOException($"Elasticsearch does not show the data stream {stream}: {answer.Problem()}.");
        }

        return JsonNode.Parse(answer.Body.Span)?["data_streams"]?[0]?["indices"] is JsonArray { Count: > 0 } indices
            ? indices[^1]?["index_name"]?.ToString()
            : null;
    }
}
