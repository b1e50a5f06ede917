using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.Grpc.Clef;

/// <summary>
/// An event in Compact Log Event Format (clef-json.org), which the indexer reads and renders: time, template, level, exception,
/// trace, span, properties. Does not throw: an event that cannot be written becomes a placeholder that says why. Reused; not
/// thread-safe.
/// </summary>
internal sealed class ClefWriter
{
    private const int FirstCapacity = 4096;

    /// <summary>One huge event does not make every thread keep a huge buffer.</summary>
    private const int KeptCapacity = 64 << 10;

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonEncodedText _time = JsonEncodedText.Encode("@t");
    private static readonly JsonEncodedText _template = JsonEncodedText.Encode("@mt");
    private static readonly JsonEncodedText _message = JsonEncodedText.Encode("@m");
    private static readonly JsonEncodedText _level = JsonEncodedText.Encode("@l");
    private static readonly JsonEncodedText _exception = JsonEncodedText.Encode("@x");
    private static readonly JsonEncodedText _renderings = JsonEncodedText.Encode("@r");
    private static readonly JsonEncodedText _trace = JsonEncodedText.Encode("@tr");
    private static readonly JsonEncodedText _span = JsonEncodedText.Encode("@sp");
    private static readonly JsonEncodedText _problem = JsonEncodedText.Encode("telemetry.sink.problem");
    private static readonly JsonEncodedText _cut = JsonEncodedText.Encode("telemetry.sink.cut");
    private static readonly JsonEncodedText[] _levels = [.. Enum.GetNames<LogEventLevel>().Select(name => JsonEncodedText.Encode(name))];

    private ArrayBufferWriter<byte> _buffer = new(FirstCapacity);
    private readonly Utf8JsonWriter _json;
    private readonly EventFormat _format;
    private readonly ClefValues _values;

    public ClefWriter(EventFormat format)
    {
        _format = format;
        _json = new Utf8JsonWriter(_buffer, _options);
        _values = new ClefValues(_json, format);
    }

    /// <summary>What it was made with.</summary>
    public EventFormat Format => _format;

    /// <summary>True when the last event was written as a placeholder.</summary>
    public bool IsPlaceholder => Problem is not null;

    /// <summary>Why it was; null when it was not.</summary>
    public string? Problem { get; private set; }

    /// <summary>A property's name as clef-json.org has it.</summary>
    public static string NameOf(string property) => property.StartsWith('@') ? "@" + property : property;

    /// <summary>The event as one line without its end; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(LogEvent logEvent)
    {
        Problem = null;
        if (_buffer.Capacity > KeptCapacity)
        {
            _buffer = new ArrayBufferWriter<byte>(FirstCapacity);
        }

        try
        {
            Begin(logEvent);
            WriteContent(logEvent);
            _json.WriteEndObject();
            _json.Flush();
            return _buffer.WrittenCount <= _format.EventBytes
                ? _buffer.WrittenSpan
                : Placeholder(logEvent, $"The event has {_buffer.WrittenCount} bytes, more than {_format.EventBytes}.");
        }
#pragma warning disable CA1031 // Whatever a value of the application throws costs that value's event, and nothing else.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Placeholder(logEvent, $"The event could not be written: {e.GetType()}");
        }
    }

    private ReadOnlySpan<byte> Placeholder(LogEvent logEvent, string problem)
    {
        Problem = problem;
        Begin(logEvent);
        _json.WriteString(_message, _values.Cut(logEvent.MessageTemplate.Text));
        WriteLevel(logEvent.Level);
        _json.WriteString(_problem, problem);
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan;
    }

    private void Begin(LogEvent logEvent)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString(_time, logEvent.Timestamp.UtcDateTime);
    }

    private void WriteContent(LogEvent logEvent)
    {
        _values.Begin();
        WriteMessage(logEvent);
        WriteLevel(logEvent.Level);
        if (logEvent.Exception is { } exception)
        {
            _json.WriteString(_exception, _values.Cut(ExceptionText.Of(exception, out var isCut)));
            _values.Count(isCut);
        }

        if (logEvent.TraceId is { } trace && Includes(IncludedData.TraceId))
        {
            WriteHex(_trace, trace.ToHexString());
        }

        if (logEvent.SpanId is { } span && Includes(IncludedData.SpanId))
        {
            WriteHex(_span, span.ToHexString());
        }

        WriteProperties(logEvent);
        WriteAttributes(logEvent);
        if (_values.CutCount > 0)
        {
            _json.WriteNumber(_cut, _values.CutCount);
        }
    }

    private bool Includes(IncludedData data) => (_format.Included & data) != 0;

    private void WriteMessage(LogEvent logEvent)
    {
        if (!Includes(IncludedData.MessageTemplate))
        {
            _json.WriteString(_message, _values.Cut(logEvent.RenderMessage(CultureInfo.InvariantCulture)));
            return;
        }

        _json.WriteString(_template, _values.Cut(logEvent.MessageTemplate.Text));
        WriteRenderings(logEvent);
    }

    private void WriteHex(JsonEncodedText name, string hex) => _json.WriteString(name, hex);

    private void WriteLevel(LogEventLevel level)
    {
        // clef-json.org: an absent level is informational.
        if (level == LogEventLevel.Information)
        {
            return;
        }

        if ((uint)level < (uint)_levels.Length)
        {
            _json.WriteString(_level, _levels[(int)level]);
        }
        else
        {
            _json.WriteString(_level, level.ToString());
        }
    }

    private void WriteProperties(LogEvent logEvent)
    {
        // The dictionary behind it has an enumerator that is no object; the interface's is.
        if (logEvent.Properties is Dictionary<string, LogEventPropertyValue> properties)
        {
            foreach (var property in properties)
            {
                WriteProperty(property.Key, property.Value);
            }

            return;
        }

        foreach (var property in logEvent.Properties)
        {
            WriteProperty(property.Key, property.Value);
        }
    }

    private void WriteProperty(string name, LogEventPropertyValue value)
    {
        if (name == Constants.SourceContextPropertyName && !Includes(IncludedData.SourceContext))
        {
            return;
        }

        _json.WritePropertyName(NameOf(name));
        _values.Write(value);
    }

    private void WriteAttributes(LogEvent logEvent)
    {
        for (var i = 0; i < _format.Attributes.Count; i++)
        {
            var (name, encoded, value) = _format.Attributes[i];
            if (!logEvent.Properties.ContainsKey(name))
            {
                _json.WriteString(encoded, value);
            }
        }
    }

    /// <summary>Of the holes with a format, in their order; alignment is for terminals.</summary>
    private void WriteRenderings(LogEvent logEvent)
    {
        var started = false;
        foreach (var token in logEvent.MessageTemplate.Tokens as MessageTemplateToken[] ?? [.. logEvent.MessageTemplate.Tokens])
        {
            if (token is not PropertyToken { Format: not null } hole)
            {
                continue;
            }

            if (!started)
            {
                _json.WriteStartArray(_renderings);
                started = true;
            }

            _json.WriteStringValue(_values.Cut(Rendered(hole, logEvent)));
        }

        if (started)
        {
            _json.WriteEndArray();
        }
    }

    /// <summary>A format that is none of its value's costs the rendering: the value itself is sent as well.</summary>
    private static string Rendered(PropertyToken hole, LogEvent logEvent)
    {
        try
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            hole.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
            return text.ToString();
        }
        catch (FormatException)
        {
            return hole.ToString();
        }
    }
}
