using System.Text;

namespace Telemetry.Indexer.Parsing;

/// <summary>Strings of JSON, RFC 8259 section 7, read leniently: what is no escape stands for itself.</summary>
internal static class JsonText
{
    /// <summary>
    /// Finds the closing quote of the string whose content begins at <paramref name="start"/>; −1 when there is none.
    /// </summary>
    public static int FindEnd(ReadOnlySpan<byte> json, int start, out bool escaped)
    {
        escaped = false;
        var at = start;
        while (at < json.Length)
        {
            var next = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (json[at] == '"')
            {
                return at;
            }

            escaped = true;
            at += 2;
        }

        return -1;
    }

    /// <summary>Appends a string's content without its escapes; lone surrogates and NUL become U+FFFD.</summary>
    public static void AppendUnescaped(ReadOnlySpan<byte> content, Scratch output)
    {
        while (!content.IsEmpty)
        {
            var backslash = content.IndexOf((byte)'\\');
            if (backslash < 0 || backslash + 1 == content.Length)
            {
                output.Append(content);
                return;
            }

            output.Append(content[..backslash]);
            content = content[backslash..];
            content = content[AppendEscape(content, output)..];
        }
    }

    private static int AppendEscape(ReadOnlySpan<byte> text, Scratch output)
    {
        switch (text[1])
        {
            case (byte)'n': output.Append((byte)'\n'); return 2;
            case (byte)'t': output.Append((byte)'\t'); return 2;
            case (byte)'r': output.Append((byte)'\r'); return 2;
            case (byte)'b': output.Append((byte)'\b'); return 2;
            case (byte)'f': output.Append((byte)'\f'); return 2;
            case (byte)'"' or (byte)'\\' or (byte)'/': output.Append(text[1]); return 2;
            case (byte)'u' when TryHex(text[2..], out var unit): return AppendUnit(text, unit, output);
            default: output.Append(text[0]); return 1;
        }
    }

    private static int AppendUnit(ReadOnlySpan<byte> text, char unit, Scratch output)
    {
        var used = 6;
        Rune rune;
        if (char.IsHighSurrogate(unit) && text.Length >= 12 && text[6] == '\\' && text[7] == 'u'
            && TryHex(text[8..], out var low) && char.IsLowSurrogate(low))
        {
            rune = new Rune(unit, low);
            used = 12;
        }
        else if (unit == 0 || !Rune.TryCreate(unit, out rune))
        {
            rune = Rune.ReplacementChar;
        }

        Span<byte> utf8 = stackalloc byte[4];
        output.Append(utf8[..rune.EncodeToUtf8(utf8)]);
        return used;
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < 4)
        {
            return false;
        }

        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var c = text[i];
            var digit = (uint)(c - '0') <= 9 ? c - '0' : (uint)((c | 0x20) - 'a') <= 5 ? (c | 0x20) - 'a' + 10 : -1;
            if (digit < 0)
            {
                return false;
            }

            value = value << 4 | digit;
        }

        unit = (char)value;
        return true;
    }
}
