using System.Globalization;
using System.Text;

namespace Telemetry.Query;

/// <summary>Writes a tree as a query that parses to an equal tree.</summary>
public static class KqlPrinter
{
    /// <summary>Prints with the fewest parentheses.</summary>
    public static string Print(KqlNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var text = new StringBuilder();
        Node(text, node);
        return text.ToString();
    }

    /// <summary>Prints <c>field : "value"</c>, for links that narrow a query.</summary>
    public static string Term(string field, string value) =>
        Print(new FieldMatches(field, new KqlValue(value, true, null)));

    private static void Node(StringBuilder text, KqlNode node)
    {
        switch (node)
        {
            case MatchAll:
                text.Append('*');
                break;
            case AllOf all:
                List(text, all.Children, " and ", child => child is AllOf or AnyOf);
                break;
            case AnyOf any:
                List(text, any.Children, " or ", child => child is AnyOf);
                break;
            case Not not:
                text.Append("not ");
                Enclosed(text, not.Child, not.Child is AllOf or AnyOf);
                break;
            case FieldExists exists:
                Unquoted(text, exists.Field, wildcards: true);
                text.Append(" : *");
                break;
            case FieldMatches { Field: null } matches:
                Value(text, matches.Value);
                break;
            case FieldMatches matches:
                Unquoted(text, matches.Field, wildcards: true);
                text.Append(" : ");
                Value(text, matches.Value);
                break;
            case FieldCompares compares:
                Unquoted(text, compares.Field, wildcards: true);
                text.Append(Operator(compares.Comparison));
                Value(text, compares.Value);
                break;
            default:
                throw new ArgumentException($"{node.GetType().Name} is no part of the language", nameof(node));
        }
    }

    private static void List(
        StringBuilder text, IReadOnlyList<KqlNode> children, string separator, Func<KqlNode, bool> enclose)
    {
        for (var i = 0; i < children.Count; i++)
        {
            text.Append(i == 0 ? "" : separator);
            Enclosed(text, children[i], enclose(children[i]));
        }
    }

    private static void Enclosed(StringBuilder text, KqlNode node, bool enclose)
    {
        text.Append(enclose ? "(" : "");
        Node(text, node);
        text.Append(enclose ? ")" : "");
    }

    private static string Operator(KqlComparison comparison) => comparison switch
    {
        KqlComparison.Less => " < ",
        KqlComparison.LessOrEqual => " <= ",
        KqlComparison.Greater => " > ",
        _ => " >= ",
    };

    private static void Value(StringBuilder text, KqlValue value)
    {
        if (value.Quoted)
        {
            Quoted(text, value.Text);
            return;
        }

        if (value.Pattern is null)
        {
            Unquoted(text, value.Text, wildcards: false);
            return;
        }

        // Escaping the whole keeps words together over the wildcards: "or*" is no keyword.
        var stars = new HashSet<int>();
        var at = 0;
        foreach (var piece in value.Pattern.SkipLast(1))
        {
            stars.Add(at += piece.Length);
            at++;
        }

        Unquoted(text, string.Join('*', value.Pattern), stars.Contains);
    }

    private static void Quoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    private static void Unquoted(StringBuilder text, string value, bool wildcards) =>
        Unquoted(text, value, _ => wildcards);

    private static void Unquoted(StringBuilder text, string value, Func<int, bool> isWildcard)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var atEdge = i == 0 || i == value.Length - 1;
            if (KqlLexer.IsSpace(c) && (atEdge || c != ' '))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else if (c == '*' ? !isWildcard(i) : KqlLexer.IsSpecial(c) || IsKeywordAt(value, i))
            {
                text.Append('\\').Append(c);
            }
            else
            {
                text.Append(c);
            }
        }
    }

    private static bool IsKeywordAt(string value, int start)
    {
        if (start > 0 && !KqlLexer.IsSpace(value[start - 1]))
        {
            return false;
        }

        var end = start;
        while (end < value.Length && end - start < 4 && !KqlLexer.IsSpace(value[end]))
        {
            end++;
        }

        return KqlLexer.IsKeyword(value.AsSpan(start, end - start));
    }
}
