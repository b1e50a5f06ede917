using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// A test that Elasticsearch has no query for: keywords that compare as numbers, wildcards over a free attribute. The distinct values
/// of the field are asked for, tested here, and those that satisfy it are searched for.
/// </summary>
/// <param name="field">The field.</param>
/// <param name="include">Regular expression (Lucene's) of the values worth asking for.</param>
/// <param name="test">The test.</param>
internal sealed class ValueExpansion(string field, string include, ValueTest test)
{
    /// <summary>Values asked for; of a field that has more, some are not seen. Elasticsearch's own limits lie just above.</summary>
    public const int MaxValues = 65_000;

    // Everything that NumberStyles.Float takes, and nothing but numbers.
    private const string Number = "[\t-\r ]*[+\\-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+\\-]?[0-9]+)?[\t-\r \0]*";

    private readonly JsonArray _values = [];

    /// <summary>Name of the aggregation of the values.</summary>
    public const string Values = "values";

    public string Field { get; } = field;

    /// <summary>True when the values have to be read from the documents, see <see cref="QueryPlan.DeclareForExpansions"/>.</summary>
    public bool IsFromSource { get; } = !ElasticMappings.HasColumn(field);

    public static ValueExpansion Numbers(string field, TextOrder test) => new(field, Number, test);

    public static ValueExpansion Pattern(string field, PatternText test) =>
        new(field, string.Join(".*", test.Pieces.Select(EscapeRegex)), test);

    /// <summary>The clause; what it finds is known after <see cref="Offer"/>.</summary>
    public JsonObject Clause() => Dsl.Terms(Field, _values);

    /// <summary>The aggregation that asks for the values, within a filter for the documents that have any.</summary>
    public JsonObject Aggregation() => new()
    {
        ["filter"] = Having(),
        ["aggs"] = new JsonObject
        {
            [Values] = new JsonObject { ["terms"] = new JsonObject { ["field"] = Field, ["size"] = MaxValues, ["include"] = include } },
        },
    };

    private JsonObject Having() => Field.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal)
        ? Dsl.Term(ElasticMappings.LabelNames, Field[Fields.LabelPrefix.Length..])
        : Dsl.All();

    /// <summary>Takes a value of the field if it satisfies the test.</summary>
    public void Offer(string value)
    {
        if (test.Matches(Encoding.UTF8.GetBytes(value)))
        {
            _values.Add(value);
        }
    }

    private static string EscapeRegex(string piece)
    {
        var text = new StringBuilder();
        foreach (var c in piece)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c > 0x7F ? "" : "\\").Append(c);
        }

        return text.ToString();
    }
}
