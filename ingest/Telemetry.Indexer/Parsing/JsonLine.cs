using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// A line that is one JSON object: ECS (dotted or nested), Compact Log Event Format (clef-json.org), or plain with the usual
/// names. One pass, no allocation; a recursive descent whose depth is bounded. Not thread-safe.
/// </summary>
internal sealed class JsonLine(LineDraft draft)
{
    /// <summary>Deeper lines are not taken for JSON.</summary>
    private const int MaxDepth = 64;

    private readonly Scratch _path = new();
    private readonly Scratch _value = new();
    private readonly TemplateRenderer _renderer = new();
    private bool _clef, _ecs;

    /// <summary>Reads the line. False when it is no JSON object: the document is then in disorder and has to be reset.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        _path.Clear();
        _renderer.Begin();
        (_clef, _ecs) = (IsClef(line), false);
        var at = 0;
        if (!TryObject(line, ref at, 0))
        {
            return false;
        }

        SkipSpace(line, ref at);
        if (at != line.Length)
        {
            return false;
        }

        Finish(line);
        return true;
    }

    private void Finish(ReadOnlySpan<byte> line)
    {
        if (_renderer.HasTemplate && !draft.HasMessage)
        {
            draft.SetMessage(_renderer.Render(line));
        }

        draft.SetMessage(line);
        if (_clef)
        {
            // clef-json.org: an absent level is informational.
            draft.SetLevel(Levels.Info);
        }

        draft.Document.Set(Fields.TelemetryFormat, _clef ? "clef"u8 : _ecs ? "ecs"u8 : "json"u8);
    }

    private static bool IsClef(ReadOnlySpan<byte> line)
    {
        var at = 1;
        SkipSpace(line, ref at);
        return line[at..].StartsWith("\"@"u8) && !line[at..].StartsWith("\"@timestamp\""u8)
            && !line[at..].StartsWith("\"@version\""u8);
    }

    private bool TryObject(ReadOnlySpan<byte> s, ref int at, int depth)
    {
        if (depth == MaxDepth)
        {
            return false;
        }

        at++;
        SkipSpace(s, ref at);
        if (at < s.Length && s[at] == '}')
        {
            at++;
            return true;
        }

        var parent = _path.Length;
        while (true)
        {
            if (!TryMember(s, ref at, depth, parent))
            {
                return false;
            }

            _path.Truncate(parent);
            SkipSpace(s, ref at);
            if (at >= s.Length)
            {
                return false;
            }

            var c = s[at++];
            if (c == '}')
            {
                return true;
            }

            if (c != ',')
            {
                return false;
            }

            SkipSpace(s, ref at);
        }
    }

    private bool TryMember(ReadOnlySpan<byte> s, ref int at, int depth, int parent)
    {
        if (at >= s.Length || s[at] != '"')
        {
            return false;
        }

        var start = at + 1;
        var end = JsonText.FindEnd(s, start, out var escaped);
        if (end < 0)
        {
            return false;
        }

        at = end + 1;
        SkipSpace(s, ref at);
        if (at >= s.Length || s[at++] != ':')
        {
            return false;
        }

        SkipSpace(s, ref at);
        AppendKey(s[start..end], escaped, parent);
        var valueAt = at;
        if (!TryValue(s, ref at, depth, isElement: false))
        {
            return false;
        }

        if (_clef && depth == 0)
        {
            _renderer.Property(start, end - start, valueAt, at - valueAt);
        }

        return true;
    }

    private void AppendKey(ReadOnlySpan<byte> key, bool escaped, int parent)
    {
        if (parent > 0)
        {
            _path.Append((byte)'.');
        }

        if (escaped)
        {
            JsonText.AppendUnescaped(key, _path);
        }
        else
        {
            _path.Append(key);
        }
    }

    private bool TryValue(ReadOnlySpan<byte> s, ref int at, int depth, bool isElement)
    {
        if (at >= s.Length)
        {
            return false;
        }

        switch (s[at])
        {
            case (byte)'"': return TryString(s, ref at, isElement);
            case (byte)'{': return TryObject(s, ref at, depth + 1);
            case (byte)'[': return TryArray(s, ref at, depth + 1);
            default: return TryLiteral(s, ref at, isElement);
        }
    }

    private bool TryString(ReadOnlySpan<byte> s, ref int at, bool isElement)
    {
        var start = at + 1;
        var end = JsonText.FindEnd(s, start, out var escaped);
        if (end < 0)
        {
            return false;
        }

        at = end + 1;
        if (!escaped)
        {
            Take(ValueKind.Text, s[start..end], isElement);
            return true;
        }

        _value.Clear();
        JsonText.AppendUnescaped(s[start..end], _value);
        Take(ValueKind.Text, _value.Written, isElement);
        return true;
    }

    private bool TryArray(ReadOnlySpan<byte> s, ref int at, int depth)
    {
        if (depth == MaxDepth)
        {
            return false;
        }

        at++;
        SkipSpace(s, ref at);
        if (at < s.Length && s[at] == ']')
        {
            at++;
            return true;
        }

        while (true)
        {
            if (!TryValue(s, ref at, depth, isElement: true))
            {
                return false;
            }

            SkipSpace(s, ref at);
            if (at >= s.Length)
            {
                return false;
            }

            var c = s[at++];
            if (c == ']')
            {
                return true;
            }

            if (c != ',')
            {
                return false;
            }

            SkipSpace(s, ref at);
        }
    }

    private bool TryLiteral(ReadOnlySpan<byte> s, ref int at, bool isElement)
    {
        var start = at;
        while (at < s.Length && s[at] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
        {
            at++;
        }

        var word = s[start..at];
        if (word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8))
        {
            Take(ValueKind.Boolean, word, isElement);
            return true;
        }

        if (word.SequenceEqual("null"u8))
        {
            return true;
        }

        // Python and JavaScript write numbers that JSON does not have.
        if (!IsNumber(word) && !word.SequenceEqual("NaN"u8) && !word.EndsWith("Infinity"u8))
        {
            return false;
        }

        Take(ValueKind.Number, word, isElement);
        return true;
    }

    private void Take(ValueKind kind, ReadOnlySpan<byte> value, bool isElement)
    {
        var rule = draft.Rule(_path.Written);
        switch (rule.Role)
        {
            case KeyRole.Template when kind == ValueKind.Text && !isElement:
                _renderer.SetTemplate(value);
                draft.Set(Fields.TelemetryTemplate, value);
                return;
            case KeyRole.Renderings when _clef:
                _renderer.AddRendering(value);
                return;
            case KeyRole.EcsVersion:
                _ecs = true;
                return;
            default:
                draft.Take(rule, kind, value, isElement, _clef);
                return;
        }
    }

    private static bool IsNumber(ReadOnlySpan<byte> word)
    {
        var at = !word.IsEmpty && word[0] == '-' ? 1 : 0;
        return Digits(word, ref at)
            && (at == word.Length || word[at] != '.' || Digits(word, ref at, 1))
            && (at == word.Length || (word[at] | 0x20) != 'e' || Exponent(word, ref at))
            && at == word.Length;
    }

    private static bool Exponent(ReadOnlySpan<byte> word, ref int at) =>
        Digits(word, ref at, at + 1 < word.Length && word[at + 1] is (byte)'+' or (byte)'-' ? 2 : 1);

    private static bool Digits(ReadOnlySpan<byte> word, ref int at, int skip = 0)
    {
        at += skip;
        var start = at;
        while (at < word.Length && (uint)(word[at] - '0') <= 9)
        {
            at++;
        }

        return at > start;
    }

    private static void SkipSpace(ReadOnlySpan<byte> s, ref int at)
    {
        while (at < s.Length && s[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }
    }
}
