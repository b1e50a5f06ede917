using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// The mappings of our indices. Those of documents come from <see cref="Fields"/>; every name that KQL can search has its field
/// here, and no other field is made by what a document holds. No analysis settings are needed: the analyzers are built in.
/// <list type="bullet">
/// <item><description>text is cut by the standard analyzer, as others expect; where ours cuts otherwise, it has its words beside it,
/// see <see cref="ElasticWords"/>.</description></item>
/// <item><description>keywords of more than <see cref="MaxKeywordChars"/> characters are kept, but not found by their value: Lucene has
/// no longer terms.</description></item>
/// <item><description><c>event.original</c> is in no index, as ECS has it; searches read it from the source.</description></item>
/// <item><description>addresses have their text beside them, for wildcards and for what is no address.</description></item>
/// <item><description>free attributes are one <c>flattened</c> field; <see cref="LabelNames"/> holds the names that a document has of
/// them, without the prefix, because a flattened field cannot be asked for its keys.</description></item>
/// <item><description>free attributes and the ids of traces, of which there are about as many values as documents, have no columns
/// (<see cref="HasColumn"/>): those would be a fifth of the store. They are found by their value; to compare them as numbers, the
/// documents are read.</description></item>
/// <item><description>what orders records has its column only.</description></item>
/// </list>
/// </summary>
internal static class ElasticMappings
{
    /// <summary>Longest keyword that is indexed, characters: Lucene's 32,766 bytes of at most four each.</summary>
    public const int MaxKeywordChars = 8191;

    /// <summary>Longest free attribute that is indexed, characters; the name, at most 200 bytes, is part of the term.</summary>
    public const int MaxLabelChars = 8000;

    /// <summary>The flattened field.</summary>
    public const string Labels = "labels";

    /// <summary>Names of the free attributes of a document.</summary>
    public const string LabelNames = "telemetry.label_names";

    /// <summary>What an address is as text lies under its name and this.</summary>
    public const string AddressText = ".text";

    private static readonly FieldName[] WithoutColumn = [Fields.TraceId, Fields.SpanId, Fields.TransactionId];

    /// <summary>Mappings of the data streams of documents.</summary>
    public static JsonObject Documents()
    {
        var root = Root(dynamic: false);
        foreach (var row in Fields.All)
        {
            Add(root, row.Field.Name, Field(row.Field));
            if (row.Field.Type == FieldType.Text)
            {
                Add(root, ElasticWords.Prefix + row.Field.Name, Text(ElasticWords.Analyzer));
            }
        }

        Add(root, LabelNames, Keyword());
        Add(root, Labels, new JsonObject { ["type"] = "flattened", ["ignore_above"] = MaxLabelChars, ["depth_limit"] = 20, ["doc_values"] = false });
        return root;
    }

    /// <summary>Mappings of promoted fields, each with its type in <c>meta</c>: from there readers know it.</summary>
    public static JsonObject Promoted(PromotedFields fields)
    {
        var root = new JsonObject { ["properties"] = new JsonObject() };
        foreach (var field in fields.All.Select(promoted => promoted.Field))
        {
            var type = field.Type.ToString().ToLowerInvariant();
            Add(root, field.Name, With(Field(field), "meta", new JsonObject { [MappedFields.Mark] = type }));
            if (field.Type == FieldType.Text)
            {
                Add(root, ElasticWords.Prefix + field.Name, Text(ElasticWords.Analyzer));
            }
        }

        return root;
    }

    /// <summary>The type of a field as the field capabilities API names it: that of its family.</summary>
    public static string Family(FieldType type) => type switch
    {
        FieldType.Date => "date_nanos",
        _ => type.ToString().ToLowerInvariant(),
    };

    /// <summary>Mappings of the plain index of lifetimes. A field that is not here is an error.</summary>
    public static JsonObject Lifetimes()
    {
        var root = Root(dynamic: "strict");
        foreach (var name in (string[])["lifetime.id", "lifetime.state", "lifetime.reason", "lifetime.image", "lifetime.predecessor",
            "host.id", "host.name", "host.boot.id", "service.node.role", "cloud.availability_zone", "telemetry.tenant"])
        {
            Add(root, name, Keyword());
        }

        foreach (var name in (string[])["lifetime.start", "lifetime.end", "lifetime.last_heard", "lifetime.last_proof", "@timestamp"])
        {
            Add(root, name, Date());
        }

        foreach (var name in (string[])["lifetime.crashes", "lifetime.records.stored", "lifetime.records.lost", "lifetime.records.missing", "as_of_us"])
        {
            Add(root, name, new JsonObject { ["type"] = "long" });
        }

        Add(root, "lifetime.alive_range", new JsonObject { ["type"] = "date_range" });
        Add(root, "lifetime.crash_times", Date());
        Add(root, "crashes", Unindexed());
        Add(root, "evidence", Unindexed());
        return root;
    }

    /// <summary>False for a field whose values can only be listed by reading the documents.</summary>
    public static bool HasColumn(string field) =>
        !field.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal) && !WithoutColumn.Any(one => one.Name == field);

    private static JsonObject Field(FieldName field) => field.Type switch
    {
        FieldType.Keyword when ReferenceEquals(field, Fields.EventOriginal) => Unindexed(),
        FieldType.Keyword when field.IsLowercase => With(Keyword(), "normalizer", "lowercase"),
        FieldType.Keyword when !HasColumn(field.Name) => With(Keyword(), "doc_values", false),
        FieldType.Keyword => Keyword(),
        FieldType.Text => Text("standard"),
        FieldType.Long when ReferenceEquals(field, Fields.EventSequence) => With(new JsonObject { ["type"] = "long" }, "index", false),
        FieldType.Date when ReferenceEquals(field, Fields.EventCreated) => With(Date(), "index", false),
        FieldType.Long => new JsonObject { ["type"] = "long" },
        FieldType.Double => new JsonObject { ["type"] = "double" },
        FieldType.Boolean => new JsonObject { ["type"] = "boolean" },
        FieldType.Date => Date(),
        _ => new JsonObject
        {
            ["type"] = "ip",
            ["ignore_malformed"] = true,
            ["fields"] = new JsonObject { [AddressText.TrimStart('.')] = Keyword() },
        },
    };

    private static JsonObject Root(JsonNode dynamic) =>
        new() { ["dynamic"] = dynamic, ["date_detection"] = false, ["properties"] = new JsonObject() };

    private static JsonObject Keyword() => new() { ["type"] = "keyword", ["ignore_above"] = MaxKeywordChars };

    // Of a date Elasticsearch keeps milliseconds; ours have microseconds, and pages are cut between two of them.
    private static JsonObject Date() => new() { ["type"] = "date_nanos" };

    private static JsonObject Unindexed() => new() { ["type"] = "keyword", ["index"] = false, ["doc_values"] = false };

    // Norms serve to rank, and nothing here is ranked.
    private static JsonObject Text(string analyzer) => new() { ["type"] = "text", ["analyzer"] = analyzer, ["norms"] = false };

    private static JsonObject With(JsonObject mapping, string name, JsonNode value)
    {
        mapping[name] = value;
        return mapping;
    }

    private static void Add(JsonObject root, string dotted, JsonObject mapping)
    {
        var parts = dotted.Split('.');
        var properties = root["properties"]!.AsObject();
        foreach (var part in parts.AsSpan(..^1))
        {
            if (properties[part] is not JsonObject parent)
            {
                properties[part] = parent = new JsonObject { ["properties"] = new JsonObject() };
            }

            properties = parent["properties"]!.AsObject();
        }

        properties.Add(parts[^1], mapping);
    }
}
