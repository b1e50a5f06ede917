using System.Globalization;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>
/// The templates of one namespace for one version of the server. Whoever wants other settings puts them into the component template
/// <see cref="Custom"/>, which is ours to name and theirs to make.
/// </summary>
internal static class TemplateDefinitions
{
    /// <summary>Raised with each change to what is below, so that an older version of ours leaves a newer one's alone.</summary>
    public const int Version = 5;

    /// <summary>Component template of the user's; need not exist.</summary>
    public const string Custom = "telemetry@custom";

    private const string Settings = "telemetry@settings";
    private const string Documents = "telemetry@documents";
    private const string Lifetimes = "telemetry@lifetimes";
    private const string CrashGroups = "telemetry@crash-groups";
    private const string LogTemplates = "telemetry@log-templates";
    private const string Retried = "telemetry@retried";
    private const string Purged = "telemetry@purged";
    private const string Holds = "telemetry@holds";

    // Above Elastic's own for logs-*-*, which have 100.
    private const int Priority = 500;

    /// <summary>In the order in which they can be put: components first.</summary>
    public static IReadOnlyList<TemplateDefinition> For(DataStreamNames names, ElasticVersion version, TemplateOptions options) =>
    [
        Component(Settings, new JsonObject { ["settings"] = DocumentSettings() }),
        Component(Documents, new JsonObject { ["mappings"] = ElasticMappings.Documents() }),
        Component(Promoted(names), PromotedTemplate(options.Promoted)),
        Component(Lifetimes, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = ElasticMappings.Lifetimes() }),
        Component(CrashGroups, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = GroupMappings.Crashes() }),
        Component(LogTemplates, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = GroupMappings.Templates() }),
        Component(Retried, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = RetriedMappings.Marks() }),
        Component(Purged, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = PurgedMappings.Notes() }),
        Component(Holds, new JsonObject { ["settings"] = PlainSettings(), ["mappings"] = HoldMappings.Holds() }),
        Stream(names, DocumentStream.App, version, options),
        Stream(names, DocumentStream.Kernel, version, options),
        Stream(names, DocumentStream.Lifecycle, version, options),
        Stream(names, DocumentStream.Crash, version, options),
        Plain(names.Lifetimes, Lifetimes),
        Plain(names.CrashGroups, CrashGroups),
        Plain(names.LogTemplates, LogTemplates),
        Plain(names.Retried, Retried),
        Plain(names.Purged, Purged),
        Plain(names.Holds, Holds),
        Held(names, version),
    ];

    /// <summary>Component template of the promoted fields, which each namespace has its own of.</summary>
    public static string Promoted(DataStreamNames names) => $"telemetry@fields-{names.Namespace}";

    /// <summary>Retention of a data stream as Elasticsearch writes it.</summary>
    public static string Retention(DocumentStream stream, TemplateOptions options)
    {
        var kept = stream is DocumentStream.App or DocumentStream.Kernel ? options.LineRetention : options.EventRetention;
        return kept.TotalHours % 24 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{kept.TotalDays:0}d")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(kept.TotalHours):0}h");
    }

    private static JsonObject PromotedTemplate(PromotedFields fields) =>
        fields.All.Count == 0 ? [] : new JsonObject { ["mappings"] = ElasticMappings.Promoted(fields) };

    private static JsonObject DocumentSettings() => new()
    {
        ["index.mode"] = "logsdb",
        // One server's lines lie together: the way an autopsy reads them.
        ["index.sort.field"] = new JsonArray("host.name", "@timestamp"),
        ["index.sort.order"] = new JsonArray("asc", "desc"),
        ["index.mapping.total_fields.limit"] = "1000",
        ["index.mapping.total_fields.ignore_dynamic_beyond_limit"] = "true",
        ["index.mapping.ignore_malformed"] = "true",
        ["index.refresh_interval"] = "1s",
    };

    private static JsonObject PlainSettings() => new() { ["index.number_of_shards"] = "1", ["index.refresh_interval"] = "1s" };

    private static TemplateDefinition Component(string name, JsonObject template) =>
        new(IsComponent: true, name, new JsonObject { ["template"] = template });

    private static TemplateDefinition Stream(
        DataStreamNames names, DocumentStream stream, ElasticVersion version, TemplateOptions options)
    {
        var template = new JsonObject();
        if (stream == DocumentStream.Crash)
        {
            // Few, and waited for: found at once.
            template["settings"] = new JsonObject { ["index.refresh_interval"] = "200ms" };
            StoreSource(template, version);
        }

        template["lifecycle"] = new JsonObject { ["enabled"] = true, ["data_retention"] = Retention(stream, options) };
        if (version.HasFailureStore && options.HasFailureStore)
        {
            template["data_stream_options"] = new JsonObject { ["failure_store"] = new JsonObject { ["enabled"] = true } };
        }

        return new(IsComponent: false, names[stream], new JsonObject
        {
            ["index_patterns"] = new JsonArray(names[stream]),
            ["priority"] = Priority,
            ["data_stream"] = new JsonObject(),
            ["composed_of"] = new JsonArray(Settings, Documents, Promoted(names), Custom),
            ["ignore_missing_component_templates"] = new JsonArray(Custom),
            ["template"] = template,
        });
    }

    /// <summary>What is held of all streams together, as it was sent.</summary>
    private static TemplateDefinition Held(DataStreamNames names, ElasticVersion version)
    {
        var template = new JsonObject { ["mappings"] = HoldMappings.Copies() };
        StoreSource(template, version);
        return new(IsComponent: false, names.Held, new JsonObject
        {
            ["index_patterns"] = new JsonArray(names.Held),
            ["priority"] = Priority,
            ["composed_of"] = new JsonArray(Settings, Documents, Promoted(names), Custom),
            ["ignore_missing_component_templates"] = new JsonArray(Custom),
            ["template"] = template,
        });
    }

    // Evidence comes back as it was sent, whatever the licence makes of logsdb. Before 8.18 that is no setting.
    private static void StoreSource(JsonObject template, ElasticVersion version)
    {
        if (version.CompareTo(new ElasticVersion(8, 18)) >= 0)
        {
            var settings = template["settings"] as JsonObject ?? [];
            settings["index.mapping.source.mode"] = "stored";
            template["settings"] = settings;
            return;
        }

        var mappings = template["mappings"] as JsonObject ?? [];
        mappings["_source"] = new JsonObject { ["mode"] = "stored" };
        template["mappings"] = mappings;
    }

    private static TemplateDefinition Plain(string name, string component) => new(IsComponent: false, name, new JsonObject
    {
        ["index_patterns"] = new JsonArray(name),
        ["priority"] = Priority,
        ["composed_of"] = new JsonArray(component),
    });
}
