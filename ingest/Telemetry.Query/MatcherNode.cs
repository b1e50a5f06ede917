namespace Telemetry.Query;

/// <summary>One node of a compiled query.</summary>
internal abstract class MatcherNode
{
    public abstract bool Matches(IFieldValues document);
}

internal sealed class MatchesEverything : MatcherNode
{
    public override bool Matches(IFieldValues document) => true;
}

internal sealed class MatchesAllOf(MatcherNode[] children) : MatcherNode
{
    public override bool Matches(IFieldValues document)
    {
        foreach (var child in children)
        {
            if (!child.Matches(document))
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed class MatchesAnyOf(MatcherNode[] children) : MatcherNode
{
    public override bool Matches(IFieldValues document)
    {
        foreach (var child in children)
        {
            if (child.Matches(document))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class MatchesNot(MatcherNode child) : MatcherNode
{
    public override bool Matches(IFieldValues document) => !child.Matches(document);
}

/// <summary>Some value of the field satisfies the test; without a test, the field has a value.</summary>
internal sealed class MatchesField(string field, FieldType type, ValueTest? test) : MatcherNode
{
    public override bool Matches(IFieldValues document)
    {
        for (var i = document.Next(field, -1); i >= 0; i = document.Next(field, i))
        {
            if (test is null || Satisfies(document, i, type, test))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Satisfies(IFieldValues document, int index, FieldType type, ValueTest test)
    {
        // A value that is not of its field's type is in no index either.
        var isText = type is FieldType.Keyword or FieldType.Text or FieldType.Ip;
        if (isText != document.IsText(index))
        {
            return false;
        }

        return isText ? test.Matches(document.Text(index))
            : type == FieldType.Double ? test.Matches(document.Double(index))
            : test.Matches(document.Long(index));
    }
}

/// <summary>Some field whose name fits the pattern has a value that satisfies the test of its type.</summary>
internal sealed class MatchesFieldPattern(string pattern, IFieldTyping typing, Func<FieldType, ValueTest>? read) : MatcherNode
{
    private readonly char[][] _pieces = [.. pattern.Split('*').Select(piece => piece.ToCharArray())];
    private readonly ValueTest[]? _byType = read is null ? null : [.. Enum.GetValues<FieldType>().Select(read)];

    public override bool Matches(IFieldValues document)
    {
        for (var i = 0; i < document.Count; i++)
        {
            var field = document.FieldOf(i);
            if (!WildcardPattern.Matches(field, _pieces))
            {
                continue;
            }

            if (_byType is null)
            {
                return true;
            }

            var type = typing.TypeOf(field);
            if (MatchesField.Satisfies(document, i, type, _byType[(int)type]))
            {
                return true;
            }
        }

        return false;
    }
}
