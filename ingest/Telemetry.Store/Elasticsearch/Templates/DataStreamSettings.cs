using System.Text;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>
/// What a template says once, when its data stream is made: retention and failure store. Streams that are there already get it here;
/// what a user has set on a stream stays.
/// </summary>
internal sealed class DataStreamSettings(ElasticClient client, TemplateOptions options)
{
    /// <param name="name">The data stream.</param>
    /// <param name="stream">Which of ours it is.</param>
    /// <param name="installed">Retention in the template of ours that is installed; null when there is none.</param>
    /// <param name="version">The server's.</param>
    /// <param name="cancel">Ends the questions.</param>
    public async Task<IReadOnlyList<TemplateChange>> PlanAsync(
        string name, DocumentStream stream, string? installed, ElasticVersion version, CancellationToken cancel)
    {
        List<TemplateChange> changes = [];
        if (await FirstAsync($"/_data_stream/{name}/_lifecycle", cancel) is { } lifecycle)
        {
            changes.Add(Retention(name, lifecycle["lifecycle"] as JsonObject, installed, TemplateDefinitions.Retention(stream, options)));
        }

        if (version.HasFailureStore && options.HasFailureStore
            && await FirstAsync($"/_data_stream/{name}/_options", cancel) is { } settings)
        {
            changes.Add(FailureStore(name, settings["options"]?["failure_store"] as JsonObject));
        }

        return changes;
    }

    // Who wrote the retention of a stream is not written down anywhere: it is ours when it is what our template said.
    private static TemplateChange Retention(string name, JsonObject? there, string? installed, string wanted)
    {
        var before = there?["data_retention"]?.ToString();
        var action = before == wanted ? TemplateAction.Unchanged
            : before is null || before == installed ? TemplateAction.Update
            : TemplateAction.ChangedByUser;
        return Change("retention of", name, "_lifecycle", action, "data_retention", before, wanted,
            new JsonObject { ["data_retention"] = wanted });
    }

    private static TemplateChange FailureStore(string name, JsonObject? there)
    {
        var before = there?["enabled"]?.ToString();
        var action = before switch
        {
            "true" => TemplateAction.Unchanged,
            null => TemplateAction.Update,
            _ => TemplateAction.ChangedByUser,
        };
        return Change("failure store of", name, "_options", action, "failure_store.enabled", before, "true",
            new JsonObject { ["failure_store"] = new JsonObject { ["enabled"] = true } });
    }

    private static TemplateChange Change(
        string kind, string name, string part, TemplateAction action, string path, string? before, string wanted, JsonObject body)
    {
        List<string> diff = [];
        if (action != TemplateAction.Unchanged)
        {
            if (before is not null)
            {
                diff.Add($"- {path}: {before}");
            }

            diff.Add($"+ {path}: {wanted}");
        }

        return new TemplateChange(kind, name, action, diff)
        {
            Path = $"/_data_stream/{name}/{part}",
            Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
        };
    }

    // Null when there is no such stream yet, or the server does not know the question.
    private async Task<JsonNode?> FirstAsync(string path, CancellationToken cancel)
    {
        var answer = await client.SendAsync(new ElasticRequest(HttpMethod.Get, path), cancel);
        return answer.Status switch
        {
            >= 200 and < 300 => JsonNode.Parse(answer.Body.Span)?["data_streams"] is JsonArray { Count: > 0 } streams ? streams[0] : null,
            400 or 404 or 405 => null,
            _ => throw TemplateInstaller.Refused(answer, $"Elasticsearch does not show {path}: {answer.Problem()}."),
        };
    }
}
