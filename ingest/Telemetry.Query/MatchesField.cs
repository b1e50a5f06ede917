namespace Telemetry.Query;

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
