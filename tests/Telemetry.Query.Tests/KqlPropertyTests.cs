using FsCheck;
using FsCheck.Fluent;

namespace Telemetry.Query.Tests;

public sealed class KqlPropertyTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(3000);
    private static readonly string[] Fragments =
    [
        "a", "b", "or", "and", "not", "OR", " ", "  ", "\t", "\n", "\u00a0", "\u2028", "*", "\\", "\"", "(", ")", "<", ">", "<=", ":",
        "{", "}", "\\u0041", "\\n", "ü", "\ud83d\ude00", "\ud83d", "log.level", "1", "\0", "\u202e", "or*", "\\or",
    ];

    private static Gen<string> Text => Gen.Elements(Fragments).NonEmptyListOf().Select(string.Concat);

    private static Gen<string> Field => Text.Select(text => text.Trim('*') is { Length: > 0 } name ? name : "f");

    private static Gen<KqlValue> Value => Gen.OneOf(
        Text.Select(text => new KqlValue(text, true, null)),
        Gen.Constant(new KqlValue("", true, null)),
        Text.Select(text => new KqlValue(text, false, null)),
        Text.ListOf().Where(pieces => pieces.Count > 1)
            .Select(pieces => new KqlValue(string.Join('*', pieces), false, [.. pieces])));

    [Fact]
    public void PrintingAndParsingGivesTheSameTree() => Prop.ForAll(
        Tree(4).ToArbitrary(),
        tree =>
        {
            var printed = KqlPrinter.Print(tree);
            return KqlParser.TryParse(printed, out var parsed, out var error)
                ? (parsed == tree).Label($"{printed}\n{parsed}")
                : (printed.Length > 2000).Label($"{printed}\n{error}");
        }).Check(Quick);

    [Fact]
    public void NoTextMakesTheParserThrow() => Prop.ForAll(
        Text.ToArbitrary(),
        text =>
        {
            if (KqlParser.TryParse(text, out var node, out var error))
            {
                var matcher = KqlMatcher.Compile(node, new FakeTyping(), Some.Now);
                matcher.Matches(Some.Document(("message", "a b or"), ("status", 1), ("log.level", "a")));
                return (KqlParser.TryParse(KqlPrinter.Print(node), out var again, out _) && again == node)
                    .Label($"{node} printed as {KqlPrinter.Print(node)}");
            }

            return (error.Position >= 0 && error.Position <= text.Length && error.Point(text).EndsWith('^'))
                .Label($"{error}");
        }).Check(Quick.WithMaxTest(10_000));

    [Fact]
    public void AnArbitraryTimeDoesNotThrow() => Prop.ForAll(
        Gen.Elements("now", "-", "+", "/", "1", "99999999", "d", "h", "y", "2026", "T", ":", "00", "Z", ".", "-11", "-22")
            .ListOf().Select(string.Concat).ToArbitrary(),
        text => TimeExpression.TryParse(text, Some.Now, out _, out var error) == (error is null)).Check(Quick);

    private static Gen<KqlNode> Tree(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Constant<KqlNode>(new MatchAll()),
            Field.Select(KqlNode (field) => new FieldExists(field)),
            Value.Select(KqlNode (value) => new FieldMatches(null, value)),
            from field in Field from value in Value select (KqlNode)new FieldMatches(field, value),
            from field in Field
            from comparison in Gen.Elements(Enum.GetValues<KqlComparison>())
            from value in Value.Where(value => value.Pattern is null)
            select (KqlNode)new FieldCompares(field, comparison, value));
        if (depth == 0)
        {
            return leaf;
        }

        var children = Tree(depth - 1).ListOf(3).Where(list => list.Count > 1);
        return Gen.OneOf(
            leaf,
            children.Select(KqlNode (list) => new AllOf([.. list])),
            children.Select(KqlNode (list) => new AnyOf([.. list])),
            Tree(depth - 1).Select(KqlNode (child) => new Not(child)));
    }
}
