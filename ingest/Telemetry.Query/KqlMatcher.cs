namespace Telemetry.Query;

/// <summary>
/// A query ready to be asked of documents in memory: live tails, rules, tests. A missing field never matches, so
/// <c>not field : value</c> does. Immutable, safe for concurrent use; <see cref="Matches"/> does not allocate.
/// </summary>
public sealed class KqlMatcher
{
    private readonly IFieldTyping _typing;
    private readonly long _nowUnixUs;
    private readonly MatcherNode _root;

    private KqlMatcher(KqlNode node, IFieldTyping typing, long nowUnixUs)
    {
        (_typing, _nowUnixUs) = (typing, nowUnixUs);
        _root = Compiled(node);
    }

    /// <summary>Prepares a tree.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="typing">Types of the fields.</param>
    /// <param name="nowUnixUs">What <c>now</c> means from here on, microseconds since the Unix epoch.</param>
    public static KqlMatcher Compile(KqlNode node, IFieldTyping typing, long nowUnixUs)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(typing);
        return new KqlMatcher(node, typing, nowUnixUs);
    }

    /// <summary>True when the document satisfies the query.</summary>
    public bool Matches(IFieldValues document) => _root.Matches(document);

    private MatcherNode Compiled(KqlNode node) => node switch
    {
        MatchAll => new MatchesEverything(),
        AllOf all => new MatchesAllOf([.. all.Children.Select(Compiled)]),
        AnyOf any => new MatchesAnyOf([.. any.Children.Select(Compiled)]),
        Not not => new MatchesNot(Compiled(not.Child)),
        FieldExists exists => Field(exists.Field, null),
        FieldMatches { Field: { } field } matches => Field(field, Equal(matches.Value)),
        FieldMatches matches => new MatchesAnyOf(
            [.. _typing.DefaultFields.Select(field => Field(field, Equal(matches.Value)))]),
        FieldCompares compares => Field(
            compares.Field, (type, isLowercase) => ValueTest.Compare(
                type, compares.Comparison, isLowercase ? compares.Value.Lowercase() : compares.Value, _nowUnixUs)),
        _ => throw new ArgumentException($"{node.GetType().Name} is no part of the language", nameof(node)),
    };

    private Func<FieldType, bool, ValueTest> Equal(KqlValue value) =>
        (type, isLowercase) => ValueTest.Equal(type, isLowercase ? value.Lowercase() : value, _nowUnixUs);

    private MatcherNode Field(string field, Func<FieldType, bool, ValueTest>? read)
    {
        if (field.Contains('*', StringComparison.Ordinal))
        {
            return new MatchesFieldPattern(field, _typing, read);
        }

        var type = _typing.TypeOf(field);
        return new MatchesField(field, type, read?.Invoke(type, _typing.IsLowercase(field)));
    }
}
