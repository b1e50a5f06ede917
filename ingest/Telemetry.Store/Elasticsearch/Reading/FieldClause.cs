using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>A test of a field's values as a clause; what it needs beside that is noted in the plan.</summary>
internal sealed class FieldClause(QueryPlan plan)
{
    // Behind every text that is written.
    private const string Last = "\U0010FFFF";

    /// <summary>The field of the table has a value.</summary>
    public JsonObject Exists(FieldName field)
    {
        if (ReferenceEquals(field, Fields.EventOriginal))
        {
            plan.ReadFromSource(field.Name);
        }

        var name = field.Type == FieldType.Ip ? field.Name + ElasticMappings.AddressText : field.Name;
        return field.Type == FieldType.Keyword
            ? Dsl.Or([Dsl.Exists(name), Dsl.Term("_ignored", name)])
            : Dsl.Exists(name);
    }

    /// <summary>Some value of the field of the table satisfies the test.</summary>
    public JsonObject Satisfies(FieldName field, ValueTest test)
    {
        switch (field.Type, test)
        {
            case (_, NoValue):
                return Dsl.None();
            case (FieldType.Text, WordsTest words):
                return WordsClause.Create(field, words);
            case (FieldType.Ip, AddressRange range):
                return Dsl.Range(field.Name, ("gte", Address(range.Min)), ("lte", Address(range.Max)));
            case (FieldType.Ip, _):
                return Keyword(field.Name + ElasticMappings.AddressText, test);
            case (FieldType.Keyword, _):
                if (ReferenceEquals(field, Fields.EventOriginal))
                {
                    plan.ReadFromSource(field.Name);
                }

                return Keyword(field.Name, test);
            default:
                return Number(field, test);
        }
    }

    /// <summary>Some value of one free attribute, <c>labels.NAME</c>, satisfies the test; without a test, it has one.</summary>
    public JsonObject Label(string field, ValueTest? test) => test switch
    {
        null => Dsl.Exists(field),
        ExactText exact => Dsl.Term(field, exact.Text),
        PatternText { Pieces: [var start, ""] } => Dsl.Prefix(field, start),
        PatternText pattern => plan.Expand(ValueExpansion.Pattern(field, pattern)),
        TextOrder { IsNumeric: true } order => plan.Expand(ValueExpansion.Numbers(field, order)),
        // Of a flattened field both bounds have to be given.
        TextOrder { Comparison: KqlComparison.Less or KqlComparison.LessOrEqual } order =>
            Dsl.Range(field, ("gte", ""), Bound(order)),
        TextOrder order => Dsl.Range(field, Bound(order), ("lte", Last)),
        _ => Dsl.None(),
    };

    /// <summary>Some value of any free attribute satisfies the test; without a test, there is one.</summary>
    public JsonObject AnyLabel(ValueTest? test) =>
        test is null ? Dsl.Exists(ElasticMappings.Labels) : Keyword(ElasticMappings.Labels, test);

    private JsonObject Keyword(string field, ValueTest test) => test switch
    {
        ExactText exact => Dsl.Term(field, exact.Text),
        PatternText pattern => Dsl.Wildcard(field, pattern.Pieces),
        TextOrder { IsNumeric: true } order => plan.Expand(ValueExpansion.Numbers(field, order)),
        TextOrder order => Dsl.Range(field, Bound(order)),
        _ => Dsl.None(),
    };

    private static JsonObject Number(FieldName field, ValueTest test) => test switch
    {
        AnyTest any => Dsl.Or(any.Tests.Select(one => Number(field, one))),
        LongRange { Min: var min, Max: var max } when min > max => Dsl.None(),
        LongRange range when field.Type == FieldType.Date => DateClause.Between(field.Name, range.Min, range.Max),
        LongRange range when field.Type == FieldType.Boolean => Dsl.Terms(field.Name, Booleans(range)),
        LongRange range => Dsl.Range(field.Name, ("gte", range.Min), ("lte", range.Max)),
        DoubleRange range => Doubles(field.Name, range),
        _ => Dsl.None(),
    };

    // One clause for both bounds: two would be satisfied by two values of a field, each on its side.
    private static JsonObject Doubles(string field, DoubleRange range)
    {
        List<(string, JsonNode)> bounds = [];
        if (double.IsFinite(range.Min))
        {
            bounds.Add((range.AboveMin ? "gt" : "gte", range.Min));
        }

        if (double.IsFinite(range.Max))
        {
            bounds.Add((range.BelowMax ? "lt" : "lte", range.Max));
        }

        return bounds.Count == 0 ? Dsl.Exists(field) : Dsl.Range(field, [.. bounds]);
    }

    private static JsonArray Booleans(LongRange range) =>
        [.. new[] { false, true }.Where(value => range.Matches(value ? 1L : 0)).Select(value => JsonValue.Create(value))];

    private static (string, JsonNode) Bound(TextOrder order) => (order.Comparison switch
    {
        KqlComparison.Less => "lt",
        KqlComparison.LessOrEqual => "lte",
        KqlComparison.Greater => "gt",
        _ => "gte",
    }, order.Text);

    private static string Address(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }
}
