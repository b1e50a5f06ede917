using System.Buffers;
using System.Text;

namespace Telemetry.Console.Html;

/// <summary>
/// Writes HTML in which no value can become markup: names of elements and attributes come from the code and are checked,
/// everything else is escaped on its way. Scripts, styles and event handlers cannot be written inline, and
/// links stay on this site; the policy of <see cref="SecurityHeaders"/> says the same to the browser. Control characters and what reorders text become visible; see <see cref="VisibleCharacter"/>.
/// Not thread-safe.
/// </summary>
internal sealed class HtmlWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Markup = SearchValues.Create(
        [.. "&<>\"'", .. VisibleCharacter.All]);

    private readonly Stack<string> _open = new();

    /// <summary>Starts a document.</summary>
    public void Doctype() => Raw("<!doctype html>\n");

    /// <summary>Opens an element until the scope is disposed.</summary>
    public HtmlScope In(string name, params ReadOnlySpan<HtmlAttribute> attributes)
    {
        Tag(name, attributes);
        _open.Push(name);
        return new HtmlScope(this, name);
    }

    /// <summary>Writes an element that holds text only, or nothing.</summary>
    public void Element(string name, string? text, params ReadOnlySpan<HtmlAttribute> attributes)
    {
        using (In(name, attributes))
        {
            Text(name is "script" or "style" ? "" : text ?? "");
        }
    }

    /// <summary>Writes an element that has no content by its nature: input, meta, link.</summary>
    public void Void(string name, params ReadOnlySpan<HtmlAttribute> attributes) => Tag(name, attributes);

    /// <summary>Writes text; line feeds and tabs stay, other control characters are shown as symbols.</summary>
    public void Text(ReadOnlySpan<char> text) => Escaped(text, marked: false);

    /// <summary>Like <see cref="Text"/>, with each such character as a marked name: ESC, U+202E.</summary>
    public void LogText(ReadOnlySpan<char> text) => Escaped(text, marked: true);

    internal void Close(string name)
    {
        if (_open.Pop() != name)
        {
            throw new InvalidOperationException($"{name} is closed out of order");
        }

        Raw("</");
        Raw(name);
        Raw(">");
    }

    private void Tag(string name, ReadOnlySpan<HtmlAttribute> attributes)
    {
        Check(name);
        Raw("<");
        Raw(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null)
            {
                Attribute(attribute, value);
            }
        }

        Raw(">");
    }

    private void Attribute(string name, string value)
    {
        Check(name);
        if (name.StartsWith("on", StringComparison.Ordinal) || name is "style" or "srcdoc")
        {
            throw new InvalidOperationException($"{name} is not written inline");
        }

        if (name is "href" or "src" or "action" && (value.StartsWith("//", StringComparison.Ordinal) || value is not ['/' or '#' or '?', ..]))
        {
            throw new InvalidOperationException($"{name} leaves this site");
        }

        Raw(" ");
        Raw(name);
        if (value.Length > 0)
        {
            Raw("=\"");
            Text(value);
            Raw("\"");
        }
    }

    private static void Check(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or ':'))
            {
                throw new InvalidOperationException($"'{name}' is no name");
            }
        }

        if (name is "base" or "iframe" or "object" or "embed")
        {
            throw new InvalidOperationException($"{name} is not written");
        }
    }

    private void Escaped(ReadOnlySpan<char> text, bool marked)
    {
        while (text.IndexOfAny(Markup) is var at and >= 0)
        {
            Raw(text[..at]);
            Special(text[at], marked);
            text = text[(at + 1)..];
        }

        Raw(text);
    }

    private void Special(char c, bool marked)
    {
        switch (c)
        {
            case '&': Raw("&amp;"); break;
            case '<': Raw("&lt;"); break;
            case '>': Raw("&gt;"); break;
            case '"': Raw("&quot;"); break;
            case '\'': Raw("&#39;"); break;
            default:
                Raw(marked ? $"<span class=\"ctl\" title=\"{VisibleCharacter.Code(c)}\">{VisibleCharacter.Name(c)}</span>" : VisibleCharacter.Of(c));
                break;
        }
    }

    private void Raw(ReadOnlySpan<char> text)
    {
        // Bounded pieces: a message may be large, and a buffer of three times its length larger still.
        while (!text.IsEmpty)
        {
            var length = Math.Min(text.Length, 4096);
            length -= length < text.Length && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
            var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(length));
            output.Advance(Encoding.UTF8.GetBytes(text[..length], span));
            text = text[length..];
        }
    }
}
