using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Translates a query for one partition: names become the numbers of its fields, literals tests of their types. What
/// <see cref="KqlMatcher"/> matches is what the result finds.
/// </summary>
internal sealed class BoundQuery
{
    private readonly PartitionReader _partition;
    private readonly long _nowUnixUs;

    private BoundQuery(PartitionReader partition, long nowUnixUs) => (_partition, _nowUnixUs) = (partition, nowUnixUs);

    public static BoundNode Bind(KqlNode query, PartitionReader partition, long nowUnixUs) =>
        new BoundQuery(partition, nowUnixUs).Bind(query);

    private BoundNode Bind(KqlNode node) => node switch
    {
        MatchAll => new EveryNode(),
        AllOf all => And(all.Children.Select(Bind)),
        AnyOf any => Or(any.Children.Select(Bind)),
        Not not => Bind(not.Child) switch
        {
            NoneNode => new EveryNode(),
            EveryNode => new NoneNode(),
            var child => new NotNode(child),
        },
        FieldExists exists => Or(FieldsOf(exists.Field).Select(field => new ExistsNode(field.Id))),
        FieldMatches { Field: { } field } matches => Match(field, matches.Value),
        FieldMatches matches => Or(FieldTyping.Instance.DefaultFields.Select(field => Match(field, matches.Value))),
        FieldCompares compares => Or(FieldsOf(compares.Field).Select(field => Test(
            field, ValueTest.Compare(field.Type, compares.Comparison, AsHeld(field, compares.Value), _nowUnixUs)))),
        _ => new NoneNode(),
    };

    private BoundNode Match(string name, KqlValue value) =>
        Or(FieldsOf(name).Select(field => Test(field, ValueTest.Equal(field.Type, AsHeld(field, value), _nowUnixUs))));

    private static KqlValue AsHeld(PartitionField field, KqlValue value) =>
        FieldTyping.Instance.IsLowercase(field.Name) ? value.Lowercase() : value;

    private static BoundNode And(IEnumerable<BoundNode> children)
    {
        BoundNode[] needed = [.. children.Where(child => child is not EveryNode)];
        return needed.Any(child => child is NoneNode) ? new NoneNode()
            : needed.Length switch { 0 => new EveryNode(), 1 => needed[0], _ => new AndNode(needed) };
    }

    private static BoundNode Or(IEnumerable<BoundNode> children)
    {
        BoundNode[] possible = [.. children.Where(child => child is not NoneNode)];
        return possible.Any(child => child is EveryNode) ? new EveryNode()
            : possible.Length switch { 0 => new NoneNode(), 1 => possible[0], _ => new OrNode(possible) };
    }

    private static BoundNode Test(PartitionField field, ValueTest test) => (field.Type, test) switch
    {
        (_, NoValue) => new NoneNode(),
        (FieldType.Text, WordsTest words) => new WordsNode(field, words),
        (FieldType.Text or FieldType.Keyword or FieldType.Ip, _) => new TextNode(field, test),
        _ => new NumberNode(field, test),
    };

    private IEnumerable<PartitionField> FieldsOf(string name)
    {
        if (!name.Contains('*', StringComparison.Ordinal))
        {
            return _partition.TryField(name, out var field) && !field.IsSystem ? [field] : [];
        }

        var pattern = new PatternText(name.Split('*'));
        return _partition.Fields.Where(
            field => !field.IsSystem && pattern.Matches(System.Text.Encoding.UTF8.GetBytes(field.Name)));
    }
}
