namespace Telemetry.Query;

/// <summary>Some field whose name fits the pattern has a value that satisfies the test of its type.</summary>
internal sealed class MatchesFieldPattern(string pattern, IFieldTyping typing, Func<FieldType, bool, ValueTest>? read) : MatcherNode
{
    private readonly char[][] _pieces = [.. pattern.Split('*').Select(piece => piece.ToCharArray())];
    private readonly ValueTest[]? _byType = read is null ? null : [.. Enum.GetValues<FieldType>().Select(type => read(type, false))];
    private readonly ValueTest? _lowercase = read?.Invoke(FieldType.Keyword, true);

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
            var test = typing.IsLowercase(field) ? _lowercase! : _byType[(int)type];
            if (MatchesField.Satisfies(document, i, type, test))
            {
                return true;
            }
        }

        return false;
    }
}
