using System.Globalization;
using System.Text;

namespace Telemetry.Query;

/// <summary>
/// Cuts a query into tokens as Kibana's grammar does: an unquoted literal runs over spaces until a special character or a
/// keyword; keywords are whole words of any case. Unlike Kibana, <c>\not</c> is the escaped keyword and not a line feed
/// followed by "ot".
/// </summary>
internal sealed class KqlLexer(string text)
{
    private const string Special = "\\():<>\"*{}";
    private const string Delimiters = "():<>\"{}";
    private readonly StringBuilder _literal = new();
    private readonly List<string> _pieces = [];
    private int _at;

    /// <summary>Set when a token of kind <see cref="KqlTokenKind.Invalid"/> was returned.</summary>
    public KqlSyntaxError? Error { get; private set; }

    public KqlToken Next()
    {
        while (_at < text.Length && IsSpace(text[_at]))
        {
            _at++;
        }

        if (_at == text.Length)
        {
            return new KqlToken(KqlTokenKind.End, _at);
        }

        return text[_at] switch
        {
            '(' => One(KqlTokenKind.Open),
            ')' => One(KqlTokenKind.Close),
            '{' => One(KqlTokenKind.OpenBrace),
            '}' => One(KqlTokenKind.CloseBrace),
            ':' => One(KqlTokenKind.Colon),
            '<' => Compares(KqlComparison.Less, KqlComparison.LessOrEqual),
            '>' => Compares(KqlComparison.Greater, KqlComparison.GreaterOrEqual),
            '"' => Quoted(),
            _ => KeywordAt(_at) is var (kind, length) && length > 0 ? Keyword(kind, length) : Unquoted(),
        };
    }

    /// <summary>True for what separates words: Kibana's <c>Space</c> and the other white space of a browser's input.</summary>
    internal static bool IsSpace(char c) => char.IsWhiteSpace(c);

    /// <summary>True when the word means something of its own: and, or, not.</summary>
    internal static bool IsKeyword(ReadOnlySpan<char> word) =>
        word.Equals("and", StringComparison.OrdinalIgnoreCase)
        || word.Equals("or", StringComparison.OrdinalIgnoreCase)
        || word.Equals("not", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for characters that an unquoted literal can only hold escaped.</summary>
    internal static bool IsSpecial(char c) => Special.Contains(c, StringComparison.Ordinal);

    private KqlToken One(KqlTokenKind kind) => new(kind, _at++);

    private KqlToken Keyword(KqlTokenKind kind, int length)
    {
        _at += length;
        return new KqlToken(kind, _at - length);
    }

    private KqlToken Compares(KqlComparison exclusive, KqlComparison inclusive)
    {
        var start = _at++;
        if (_at < text.Length && text[_at] == '=')
        {
            _at++;
            return new KqlToken(KqlTokenKind.Comparison, start, Comparison: inclusive);
        }

        return new KqlToken(KqlTokenKind.Comparison, start, Comparison: exclusive);
    }

    private KqlToken Quoted()
    {
        var start = _at++;
        _literal.Clear();
        while (_at < text.Length && text[_at] != '"')
        {
            if (text[_at] != '\\' || !TryWhiteSpaceOrUnicode(out var c))
            {
                // Only \\ and \" are escapes besides; in "C:\dir" the backslash stands for itself.
                _at += text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\\' or '"' ? 1 : 0;
                c = text[_at++];
            }

            _literal.Append(c);
        }

        if (_at == text.Length)
        {
            return Fail(start, "a closing quotation mark", "The quotation mark that opens here is never closed.");
        }

        _at++;
        return new KqlToken(KqlTokenKind.Literal, start, new KqlValue(_literal.ToString(), true, null));
    }

    private KqlToken Unquoted()
    {
        var start = _at;
        var pieceStart = 0;
        var kept = 0;
        _literal.Clear();
        _pieces.Clear();
        while (_at < text.Length && !Delimiters.Contains(text[_at], StringComparison.Ordinal))
        {
            var c = text[_at];
            if (IsSpace(c))
            {
                _at++;
                _literal.Append(c);
                if (KeywordAt(_at).Length > 0)
                {
                    break;
                }

                continue;
            }

            if (c == '*')
            {
                _pieces.Add(_literal.ToString(pieceStart, _literal.Length - pieceStart));
                _literal.Append(c);
                pieceStart = _literal.Length;
                _at++;
            }
            else if (c != '\\')
            {
                _literal.Append(c);
                _at++;
            }
            else if (!TryEscape())
            {
                return Fail(
                    _at, "one of \\ ( ) : < > \" * { } t r n uXXXX and or not after the backslash",
                    "A backslash outside quotation marks escapes a special character; write \\\\ for the backslash itself.");
            }

            kept = _literal.Length;
        }

        _literal.Length = kept;
        var value = _literal.ToString();
        if (_pieces.Count == 0)
        {
            return new KqlToken(KqlTokenKind.Literal, start, new KqlValue(value, false, null));
        }

        return new KqlToken(KqlTokenKind.Literal, start, new KqlValue(value, false, [.. _pieces, value[pieceStart..]]));
    }

    private bool TryEscape()
    {
        // The word may be followed by an escaped space, which an unescaped keyword cannot.
        var keyword = WordAt(_at + 1);
        keyword = keyword.IndexOf('\\') is var next and >= 0 ? keyword[..next] : keyword;
        if (IsKeyword(keyword))
        {
            _literal.Append(keyword);
            _at += 1 + keyword.Length;
            return true;
        }

        if (TryWhiteSpaceOrUnicode(out var c))
        {
            _literal.Append(c);
            return true;
        }

        if (_at + 1 < text.Length && IsSpecial(text[_at + 1]))
        {
            _literal.Append(text[_at + 1]);
            _at += 2;
            return true;
        }

        return false;
    }

    private bool TryWhiteSpaceOrUnicode(out char c)
    {
        c = _at + 1 < text.Length ? text[_at + 1] : '\0';
        switch (c)
        {
            case 't' or 'r' or 'n':
                c = c switch { 't' => '\t', 'r' => '\r', _ => '\n' };
                _at += 2;
                return true;
            case 'u' when _at + 6 <= text.Length && ushort.TryParse(
                text.AsSpan(_at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                c = (char)code;
                _at += 6;
                return true;
            default:
                return false;
        }
    }

    private (KqlTokenKind Kind, int Length) KeywordAt(int position)
    {
        var word = WordAt(position);
        if (!IsKeyword(word))
        {
            return (KqlTokenKind.Invalid, 0);
        }

        var kind = (word[0] | 0x20) switch { 'a' => KqlTokenKind.And, 'o' => KqlTokenKind.Or, _ => KqlTokenKind.Not };
        return (kind, word.Length);
    }

    private ReadOnlySpan<char> WordAt(int position)
    {
        // A keyword has at most three letters: looking further would make long literals quadratic.
        position = Math.Min(position, text.Length);
        var end = position;
        while (end < text.Length && end - position < 4 && !IsSpace(text[end])
            && !Delimiters.Contains(text[end], StringComparison.Ordinal))
        {
            end++;
        }

        return text.AsSpan(position, end - position);
    }

    private KqlToken Fail(int position, string expected, string message)
    {
        Error = new KqlSyntaxError(position, expected, message);
        return new KqlToken(KqlTokenKind.Invalid, position);
    }
}
