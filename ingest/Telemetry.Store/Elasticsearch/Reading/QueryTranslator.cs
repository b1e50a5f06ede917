using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Translates a query so that it finds what <see cref="KqlMatcher"/> matches. Names become the fields of
/// <see cref="ElasticMappings"/>, literals tests of their types, tests clauses.
/// </summary>
internal sealed class QueryTranslator
{
    private readonly QueryPlan _plan;
    private readonly FieldClause _fields;
    private readonly long _nowUnixUs;
    private readonly IReadOnlyList<string> _labelNames;
    private readonly FieldTyping _types;

    private QueryTranslator(long nowUnixUs, IReadOnlyList<string> labelNames, FieldTyping types)
    {
        (_nowUnixUs, _labelNames, _types) = (nowUnixUs, labelNames, types);
        _plan = new QueryPlan { Types = types };
        _fields = new FieldClause(_plan);
    }

    /// <summary>Translates.</summary>
    /// <param name="query">The tree.</param>
    /// <param name="nowUnixUs">What <c>now</c> means.</param>
    /// <param name="labelNames">Names of the free attributes that there are, without prefix; only where <see cref="NeedsLabelNames"/>.</param>
    /// <param name="types">Types of the fields.</param>
    public static QueryPlan Translate(KqlNode query, long nowUnixUs, IReadOnlyList<string> labelNames, FieldTyping types)
    {
        var translator = new QueryTranslator(nowUnixUs, labelNames, types);
        translator._plan.Filter = translator.Node(query);
        return translator._plan;
    }

    /// <summary>True when a field is named by a pattern that only some free attributes fit, or each is compared by itself.</summary>
    public static bool NeedsLabelNames(KqlNode query) => query switch
    {
        AllOf all => all.Children.Any(NeedsLabelNames),
        AnyOf any => any.Children.Any(NeedsLabelNames),
        Not not => NeedsLabelNames(not.Child),
        FieldExists exists => LabelPattern.NeedsNames(exists.Field),
        FieldMatches { Field: { } field } => LabelPattern.NeedsNames(field),
        FieldCompares { Field: { } field } => field.Contains('*', StringComparison.Ordinal) && LabelPattern.MayFit(field),
        _ => false,
    };

    private JsonObject Node(KqlNode node) => node switch
    {
        MatchAll => Dsl.All(),
        AllOf all => Dsl.And(all.Children.Select(Node)),
        AnyOf any => Dsl.Or(any.Children.Select(Node)),
        Not not => Dsl.Not(Node(not.Child)),
        FieldExists exists => Field(exists.Field, null),
        FieldMatches { Field: { } field } matches => Field(field, Equal(matches.Value)),
        FieldMatches matches => Dsl.Or(_types.DefaultFields.Select(field => Field(field, Equal(matches.Value)))),
        FieldCompares compares => Field(compares.Field, (type, isLowercase) => ValueTest.Compare(
            type, compares.Comparison, isLowercase ? compares.Value.Lowercase() : compares.Value, _nowUnixUs)),
        _ => Dsl.None(),
    };

    private Func<FieldType, bool, ValueTest> Equal(KqlValue value) =>
        (type, isLowercase) => ValueTest.Equal(type, isLowercase ? value.Lowercase() : value, _nowUnixUs);

    private JsonObject Field(string name, Func<FieldType, bool, ValueTest>? read)
    {
        if (name.Contains('*', StringComparison.Ordinal))
        {
            return Pattern(name, read);
        }

        return _types.TryGet(name, out var field) ? Known(field, read)
            : IsLabel(name) ? _fields.Label(name, read?.Invoke(FieldType.Keyword, false))
            : Dsl.None();
    }

    private JsonObject Pattern(string pattern, Func<FieldType, bool, ValueTest>? read)
    {
        var names = new PatternText(pattern.Split('*'));
        bool Fits(string name) => names.Matches(Encoding.UTF8.GetBytes(name));
        if (read is null && Fits(Fields.Timestamp.Name))
        {
            return Dsl.All();
        }

        var known = Fields.All.Select(row => row.Field).Concat(_types.Promoted)
            .Where(field => Fits(field.Name)).Select(field => Known(field, read));
        return Dsl.Or(known.Concat(Labels(pattern, Fits, read?.Invoke(FieldType.Keyword, false))));
    }

    private IEnumerable<JsonObject> Labels(string pattern, Func<string, bool> fits, ValueTest? test)
    {
        if (LabelPattern.FitsAll(pattern) && test is not TextOrder { IsNumeric: true })
        {
            return [_fields.AnyLabel(test)];
        }

        var fitting = _labelNames.Where(name => fits(Fields.LabelPrefix + name));
        return test is null
            ? [Dsl.Terms(ElasticMappings.LabelNames, [.. fitting.Select(name => JsonValue.Create(name))])]
            : fitting.Select(name => _fields.Label(Fields.LabelPrefix + name, test));
    }

    private JsonObject Known(FieldName field, Func<FieldType, bool, ValueTest>? read) =>
        read is null ? _fields.Exists(field) : _fields.Satisfies(field, read(field.Type, field.IsLowercase));

    private static bool IsLabel(string name) =>
        name.Length > Fields.LabelPrefix.Length && name.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal);
}
