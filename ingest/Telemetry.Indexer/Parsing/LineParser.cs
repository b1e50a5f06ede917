using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Turns a line into fields. It recognises the format by the line itself: JSON, logfmt, access log, syslog, or plain text with a
/// leading time and level. It sets <c>event.original</c>, <c>message</c> and <c>@timestamp</c> in any case, never throws for what
/// a line holds and allocates nothing once its buffers have grown. Not thread-safe.
/// </summary>
internal sealed class LineParser
{
    private readonly LineDraft _draft;
    private readonly JsonLine _json;
    private readonly LogfmtLine _logfmt;
    private readonly AccessLine _access;
    private readonly PlainLine _plain;
    private readonly Scratch _clean = new();
    private readonly Scratch _bare = new();

    /// <param name="labels">Names of free attributes.</param>
    /// <param name="promoted">Attributes that become fields; null is none.</param>
    public LineParser(LabelNames labels, PromotedFields? promoted = null)
    {
        _draft = new LineDraft(labels, promoted ?? PromotedFields.None);
        _json = new JsonLine(_draft);
        _logfmt = new LogfmtLine(_draft);
        _access = new AccessLine(_draft);
        _plain = new PlainLine(_draft);
    }

    /// <summary>
    /// Fills <paramref name="document"/>, which was just reset. False when no format, time or level was recognised: the document
    /// then holds the line as its message. <c>telemetry.parsed</c> says which.
    /// </summary>
    public bool Parse(ReadOnlySpan<byte> line, in LineContext context, Document document)
    {
        line = Clean(line);
        var text = Bare(line);
        Begin(line, document, context);
        var parsed = TryJson(text, line, context) || TryText(text);
        if (!parsed)
        {
            _draft.SetMessage(text);
        }

        document.Set(Fields.TelemetryParsed, parsed ? 1 : 0);
        return parsed;
    }

    /// <summary>Keeps the line as it is, for when <see cref="Parse"/> failed.</summary>
    public void Keep(ReadOnlySpan<byte> line, Document document)
    {
        line = Clean(line);
        document.Set(Fields.Message, line);
        document.Set(Fields.EventOriginal, line);
        document.Set(Fields.TelemetryParsed, 0);
    }

    private void Begin(ReadOnlySpan<byte> line, Document document, in LineContext context)
    {
        _draft.Begin(document, context);
        document.Set(Fields.EventOriginal, line);
    }

    private bool TryJson(ReadOnlySpan<byte> text, ReadOnlySpan<byte> line, in LineContext context)
    {
        var json = text.Trim(" \t"u8);
        if (json.Length < 2 || json[0] != '{' || json[^1] != '}')
        {
            return false;
        }

        if (_json.TryRead(json))
        {
            return true;
        }

        // What was set before the line turned out to be no JSON goes.
        var document = _draft.Document;
        document.Reset(document.Record, document.MintedUnixUs);
        Begin(line, document, context);
        return false;
    }

    private bool TryText(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var first = end < 0 ? text : text[..end].TrimEnd((byte)'\r');
        return (end < 0 && (_logfmt.TryRead(text) || _access.TryRead(text))) || _plain.TryRead(text, first);
    }

    private ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line)
    {
        if (Utf8Text.IsClean(line))
        {
            return line;
        }

        _clean.Clear();
        Utf8Text.AppendClean(line, _clean);
        return _clean.Written;
    }

    /// <summary>The line as it is read: without colours and a carriage return at the end.</summary>
    private ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> line)
    {
        if (line.Contains((byte)0x1B))
        {
            _bare.Clear();
            Utf8Text.AppendPlain(line, _bare);
            line = _bare.Written;
        }

        return line.TrimEnd((byte)'\r');
    }
}
