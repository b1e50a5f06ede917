using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Telemetry.Query;

/// <summary>
/// Reads the Kibana Query Language. Grammar, binding strongest last:
/// <code>
/// query   = [ or ]
/// or      = and { "or" and }
/// and     = not { "and" not }
/// not     = { "not" } term
/// term    = "(" or ")" | field ":" values | field ( "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) literal | literal
/// values  = "(" the same three levels over values ")" | literal
/// literal = "…" | words, in which * is a wildcard and \ escapes
/// </code>
/// The grammar is that of <c>packages/kbn-es-query/src/kuery/grammar/grammar.peggy</c> without nested fields. What a literal
/// means for a type of field is in <see cref="ValueTest"/>. Never throws for a text, and its depth is bounded.
/// </summary>
public sealed class KqlParser
{
    /// <summary>Longest query, UTF-8 bytes.</summary>
    public const int MaxQueryBytes = 8 * 1024;

    /// <summary>Deepest nesting of parentheses and <c>not</c>.</summary>
    public const int MaxDepth = 64;

    private readonly KqlLexer _lexer;
    private readonly IFieldTyping? _typing;
    private KqlToken _token;
    private KqlSyntaxError? _error;
    private int _depth;

    private KqlParser(string text, IFieldTyping? typing)
    {
        _lexer = new KqlLexer(text);
        _typing = typing;
        Advance();
    }

    /// <summary>Parses. The empty query is <see cref="MatchAll"/>.</summary>
    /// <param name="text">The query.</param>
    /// <param name="node">The tree.</param>
    /// <param name="error">Where and why the text is no query.</param>
    /// <param name="typing">Types of the fields: a value that its field cannot hold is an error. Null takes any value.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out KqlNode? node, [NotNullWhen(false)] out KqlSyntaxError? error,
        IFieldTyping? typing = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Encoding.UTF8.GetByteCount(text) > MaxQueryBytes)
        {
            node = null;
            error = new KqlSyntaxError(
                Math.Min(text.Length, MaxQueryBytes), "the end of the query", $"A query has at most {MaxQueryBytes} bytes.");
            return false;
        }

        var parser = new KqlParser(text, typing);
        node = parser.Query();
        error = parser._error;
        return node is not null;
    }

    private KqlNode? Query()
    {
        if (_token.Kind == KqlTokenKind.End)
        {
            return new MatchAll();
        }

        var node = Or(null);
        if (node is null || _token.Kind == KqlTokenKind.End)
        {
            return node;
        }

        return Fail("'and', 'or' or the end of the query", WhyNotTheEnd());
    }

    private KqlNode? Or(string? field) => List(field, KqlTokenKind.Or);

    private KqlNode? List(string? field, KqlTokenKind separator)
    {
        var first = separator == KqlTokenKind.Or ? List(field, KqlTokenKind.And) : Unary(field);
        if (first is null || _token.Kind != separator)
        {
            return first;
        }

        List<KqlNode> children = [first];
        while (_token.Kind == separator)
        {
            Advance();
            var next = separator == KqlTokenKind.Or ? List(field, KqlTokenKind.And) : Unary(field);
            if (next is null)
            {
                return null;
            }

            children.Add(next);
        }

        return separator == KqlTokenKind.Or ? new AnyOf(children) : new AllOf(children);
    }

    private KqlNode? Unary(string? field)
    {
        var isNot = _token.Kind == KqlTokenKind.Not;
        if (!isNot && _token.Kind != KqlTokenKind.Open)
        {
            return field is null ? Term() : Value(field);
        }

        if (++_depth > MaxDepth)
        {
            return Fail("fewer parentheses", $"A query is nested at most {MaxDepth} deep.");
        }

        Advance();
        var inner = isNot ? Unary(field) : Or(field);
        _depth--;
        if (inner is null)
        {
            return null;
        }

        return isNot ? new Not(inner) : Closed(inner);
    }

    private KqlNode? Closed(KqlNode inner)
    {
        if (_token.Kind != KqlTokenKind.Close)
        {
            return Fail("'and', 'or' or ')'", _token.Kind == KqlTokenKind.End
                ? "A parenthesis is never closed." : WhyNotTheEnd());
        }

        Advance();
        return inner;
    }

    private KqlNode? Term()
    {
        if (_token is not { Kind: KqlTokenKind.Literal, Value: { } literal })
        {
            return Fail("a term: field : value, a word or \"a phrase\"", WhyNoTerm());
        }

        var position = _token.Position;
        Advance();
        if (_token.Kind is not (KqlTokenKind.Colon or KqlTokenKind.Comparison))
        {
            return Matches(null, literal);
        }

        if (literal.Text.Length == 0)
        {
            return Fail(position, "a field name", "A field has a name.");
        }

        return _token.Kind == KqlTokenKind.Colon ? Values(literal.Text) : Comparison(literal.Text);
    }

    private KqlNode? Values(string field)
    {
        Advance();
        if (_token.Kind == KqlTokenKind.OpenBrace)
        {
            return Fail("a value", "Nested fields, field : { … }, are not supported: documents are flat here.");
        }

        return _token.Kind == KqlTokenKind.Open ? Unary(field) : Value(field);
    }

    private KqlNode? Value(string field)
    {
        if (_token is not { Kind: KqlTokenKind.Literal, Value: { } literal })
        {
            return Fail("a value", WhyNoTerm());
        }

        if (!CanHold(field, literal, isComparison: false))
        {
            return null;
        }

        Advance();
        return Matches(field, literal);
    }

    private FieldCompares? Comparison(string field)
    {
        var comparison = _token.Comparison;
        Advance();
        if (_token is not { Kind: KqlTokenKind.Literal, Value: { } literal })
        {
            Fail("a value to compare with", WhyNoTerm());
            return null;
        }

        if (literal.Pattern is not null)
        {
            Fail("a value without wildcards", "A wildcard cannot be compared; write field : value* instead.");
            return null;
        }

        if (!CanHold(field, literal, isComparison: true))
        {
            return null;
        }

        Advance();
        return new FieldCompares(field, comparison, literal);
    }

    private bool CanHold(string field, KqlValue literal, bool isComparison)
    {
        if (_typing is null || field.Contains('*', StringComparison.Ordinal)
            || LiteralFit.Expected(_typing.TypeOf(field), literal, isComparison) is not { } expected)
        {
            return true;
        }

        Fail(expected, $"The field {field} takes {expected}.");
        return false;
    }

    private static KqlNode Matches(string? field, KqlValue value)
    {
        if (value.Pattern is null || !value.Pattern.All(piece => piece.Length == 0))
        {
            return new FieldMatches(field, value);
        }

        return field is null || field.All(c => c == '*') ? new MatchAll() : new FieldExists(field);
    }

    private string WhyNoTerm() => _token.Kind switch
    {
        KqlTokenKind.End => "The query ends where a term has to follow.",
        KqlTokenKind.And or KqlTokenKind.Or =>
            "'and' and 'or' stand between two terms; put the word into quotation marks to search for it.",
        KqlTokenKind.Not => "'not' stands before a term; put the word into quotation marks to search for it.",
        KqlTokenKind.Close => "There is nothing between the parentheses.",
        KqlTokenKind.OpenBrace or KqlTokenKind.CloseBrace => "Braces belong to nested fields, which are not supported.",
        KqlTokenKind.Colon or KqlTokenKind.Comparison => "There is no field name before the operator.",
        _ => "A value cannot start with this character.",
    };

    private string WhyNotTheEnd() => _token.Kind switch
    {
        KqlTokenKind.Colon or KqlTokenKind.Comparison =>
            "Two terms need 'and' or 'or' between them, and a value that holds this character needs quotation marks.",
        KqlTokenKind.Not => "'not' follows 'and' or 'or'; put the value into quotation marks if the word belongs to it.",
        KqlTokenKind.Close => "This parenthesis was never opened.",
        KqlTokenKind.OpenBrace or KqlTokenKind.CloseBrace => "Braces belong to nested fields, which are not supported.",
        _ => "Two terms need 'and' or 'or' between them.",
    };

    private void Advance()
    {
        _token = _lexer.Next();
        _error ??= _lexer.Error;
    }

    private KqlNode? Fail(string expected, string message) => Fail(_token.Position, expected, message);

    private KqlNode? Fail(int position, string expected, string message)
    {
        _error ??= new KqlSyntaxError(position, expected, message);
        return null;
    }
}
