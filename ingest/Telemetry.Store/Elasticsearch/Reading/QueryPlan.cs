using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>A query in Elasticsearch's language, and what has to be done before and with it.</summary>
internal sealed class QueryPlan
{
    private readonly List<ValueExpansion> _expansions = [];
    private readonly HashSet<string> _fromSource = new(StringComparer.Ordinal);

    /// <summary>The clause; final once the expansions know their values.</summary>
    public JsonObject Filter { get; set; } = Dsl.All();

    /// <summary>The types that it was made for.</summary>
    public FieldTyping Types { get; init; } = FieldTyping.Instance;

    /// <summary>Fields whose values have to be asked for first.</summary>
    public IReadOnlyList<ValueExpansion> Expansions => _expansions;

    /// <summary>Notes a test whose values have to be asked for; returns its clause.</summary>
    public JsonObject Expand(ValueExpansion expansion)
    {
        _expansions.Add(expansion);
        return expansion.Clause();
    }

    /// <summary>The field is in no index and is read from the documents.</summary>
    public void ReadFromSource(string field) => _fromSource.Add(field);

    /// <summary>
    /// Adds what a search has to declare for the clauses to work: a runtime field without a script has the values that the source
    /// has under its name.
    /// </summary>
    public void Declare(JsonObject search) => Declare(search, _fromSource);

    /// <summary>The same for the search that asks for the values of the expansions.</summary>
    public void DeclareForExpansions(JsonObject search) =>
        Declare(search, _fromSource.Union(_expansions.Where(expansion => expansion.IsFromSource).Select(expansion => expansion.Field)));

    private static void Declare(JsonObject search, IEnumerable<string> fields)
    {
        if (fields.Any())
        {
            search["runtime_mappings"] = new JsonObject(
                fields.Select(field => KeyValuePair.Create(field, (JsonNode?)new JsonObject { ["type"] = "keyword" })));
        }
    }
}
