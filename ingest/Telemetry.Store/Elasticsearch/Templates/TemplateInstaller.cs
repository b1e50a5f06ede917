using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Templates;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Installs our templates and keeps them up to date. What a user made or changed is left alone and reported: each template of ours
/// carries its version and a hash of its content in <c>_meta</c>. Data streams come with their first document.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="options">How long things are kept, and what is promoted.</param>
public sealed class TemplateInstaller(ElasticClient client, TemplateOptions options)
{
    private const string ManagedBy = "telemetry";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DataStreamNames _names = new(client.Options.Namespace);

    /// <summary>Compares what is there with what is wanted; changes nothing.</summary>
    /// <exception cref="ElasticForbiddenException">We may not look.</exception>
    /// <exception cref="IOException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public async Task<TemplatePlan> PlanAsync(CancellationToken cancel)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems));
        }

        var version = await client.VersionAsync(Deadline, cancel);
        List<TemplateChange> changes = [];
        Dictionary<string, string?> retentions = new(StringComparer.Ordinal);
        foreach (var definition in TemplateDefinitions.For(_names, version, options))
        {
            var there = await GetAsync(definition, cancel);
            changes.Add(Judge(definition, there));
            retentions[definition.Name] = there?["template"]?["lifecycle"]?["data_retention"]?.ToString();
        }

        var streams = new DataStreamSettings(client, options);
        foreach (var stream in Enum.GetValues<DocumentStream>())
        {
            changes.AddRange(await streams.PlanAsync(_names[stream], stream, retentions[_names[stream]], version, cancel));
        }

        var fields = new StreamFields(client, options.Promoted);
        foreach (var stream in _names.All.Append(_names.Held))
        {
            if (await fields.PlanAsync(stream, cancel) is { } change)
            {
                changes.Add(change);
            }
        }

        return new TemplatePlan(version, changes);
    }

    /// <summary>Does what a plan says, in its order. Applying a plan again does the same again.</summary>
    /// <exception cref="FieldConflictException">The plan holds a conflict; nothing is installed.</exception>
    /// <exception cref="ElasticForbiddenException">We may not; items before are installed.</exception>
    /// <exception cref="IOException">The server cannot be reached, or refuses an item; those before it are installed.</exception>
    public async Task ApplyAsync(TemplatePlan plan, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        FieldConflictException.ThrowIfAny([.. plan.Changes.SelectMany(change => change.Conflicts).Distinct()]);
        foreach (var change in plan.Changes.Where(change => change.IsDue))
        {
            var answer = await client.SendAsync(HttpMethod.Put, change.Path, change.Body, Deadline, cancel);
            if (!answer.IsSuccess)
            {
                throw Refused(answer, $"Elasticsearch did not take the {change.Kind} {change.Name}: {answer.Problem()}.");
            }
        }
    }

    /// <summary>
    /// Data streams that are not there and that no template of their name makes, as far as we may look: for whoever may write documents
    /// and nothing else, of whom others have to have installed what is needed.
    /// </summary>
    /// <exception cref="IOException">The server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancel)
    {
        List<string> missing = [];
        foreach (var stream in _names.All)
        {
            if (await IsMissingAsync($"/_data_stream/{stream}", cancel) && await IsMissingAsync($"/_index_template/{stream}", cancel))
            {
                missing.Add(stream);
            }
        }

        return missing;
    }

    /// <summary>A template as it is sent, for whoever installs by other means.</summary>
    internal static JsonObject Body(TemplateDefinition definition)
    {
        var body = definition.Content.DeepClone().AsObject();
        body["_meta"] = new JsonObject
        {
            ["managed_by"] = ManagedBy,
            ["version"] = TemplateDefinitions.Version,
            ["hash"] = FlatJson.Hash(FlatJson.Of(definition.Content)),
        };
        return body;
    }

    private static TemplateChange Judge(TemplateDefinition definition, JsonObject? there)
    {
        var wanted = FlatJson.Of(definition.Content);
        var before = there is null ? [] : FlatJson.Of(there);
        var action = Action(there, before, wanted);
        return new TemplateChange(
            definition.Kind, definition.Name, action, action == TemplateAction.Unchanged ? [] : FlatJson.Diff(before, wanted))
        {
            Path = definition.Path,
            Body = System.Text.Encoding.UTF8.GetBytes(Body(definition).ToJsonString()),
        };
    }

    private static TemplateAction Action(JsonObject? there, SortedDictionary<string, string> before, SortedDictionary<string, string> wanted)
    {
        if (there is null)
        {
            return TemplateAction.Create;
        }

        var meta = there["_meta"] as JsonObject;
        if (meta?["managed_by"]?.ToString() != ManagedBy)
        {
            return TemplateAction.ChangedByUser;
        }

        if (int.TryParse(meta["version"]?.ToString(), out var version) && version > TemplateDefinitions.Version)
        {
            return TemplateAction.Newer;
        }

        if (meta["hash"]?.ToString() != FlatJson.Hash(before))
        {
            return TemplateAction.ChangedByUser;
        }

        return version == TemplateDefinitions.Version && FlatJson.Hash(before) == FlatJson.Hash(wanted)
            ? TemplateAction.Unchanged
            : TemplateAction.Update;
    }

    private async Task<bool> IsMissingAsync(string path, CancellationToken cancel) =>
        (await client.SendAsync(new ElasticRequest(HttpMethod.Get, path), cancel)).Status == 404;

    internal static IOException Refused(ElasticResponse answer, string what) =>
        answer.Status == 403 ? new ElasticForbiddenException(what) : new IOException(what);

    private async Task<JsonObject?> GetAsync(TemplateDefinition definition, CancellationToken cancel)
    {
        var answer = await client.SendAsync(new ElasticRequest(HttpMethod.Get, definition.Path), cancel);
        if (answer.Status == 404)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw Refused(answer, $"Elasticsearch does not show the {definition.Kind} {definition.Name}: {answer.Problem()}.");
        }

        return JsonNode.Parse(answer.Body.Span)?[definition.Member + "s"]?[0]?[definition.Member]?.AsObject()
            ?? throw new IOException($"Elasticsearch shows the {definition.Kind} {definition.Name} in a way that is not understood.");
    }
}
