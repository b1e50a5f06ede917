using System.Buffers.Text;
using System.Net;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>How a value was written.</summary>
internal enum ValueKind : byte
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A number's digits.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,
}

/// <summary>
/// The document of one line in the making: what was set, and where each value goes. The first value of a field counts, later
/// ones become labels. Reused. Not thread-safe.
/// </summary>
internal sealed class LineDraft(LabelNames labels, PromotedFields promoted)
{
    /// <summary>Longest label kept, bytes; all of it stays in <c>event.original</c>.</summary>
    private const int MaxLabelBytes = 8191;

    private const int MaxLevelBytes = 32;

    /// <summary>Fields left free for the message and for what the pipeline says about the record.</summary>
    private const int Reserve = 56;

    private readonly KeyRules _rules = new(labels, promoted);
    private Document _document = new();
    private LineContext _context;
    private bool _hasTime;

    /// <summary>True when the message is set.</summary>
    public bool HasMessage { get; private set; }

    /// <summary>True when the level is set.</summary>
    public bool HasLevel { get; private set; }

    /// <summary>True when a time was found, also one that is not believed.</summary>
    public bool HasTime => _hasTime;

    private bool HasRoom => _document.FieldCount < Document.MaxFields - Reserve;

    /// <summary>The document.</summary>
    public Document Document => _document;

    /// <summary>What the line does not say.</summary>
    public ref readonly LineContext Context => ref _context;

    /// <summary>Starts over.</summary>
    public void Begin(Document document, in LineContext context)
    {
        (_document, _context) = (document, context);
        (_hasTime, HasMessage, HasLevel) = (false, false, false);
    }

    /// <summary>The rule of a path.</summary>
    public KeyRule Rule(ReadOnlySpan<byte> path) => _rules.Find(path);

    /// <summary>Sets the time if it is plausible; one that is not is noted as it was written.</summary>
    public void SetTime(long unixUs, ReadOnlySpan<byte> written)
    {
        if (_hasTime)
        {
            return;
        }

        if (!Plausible.IsPlausible(unixUs, _context.MintedUnixUs))
        {
            IgnoreTime(written);
            return;
        }

        _hasTime = true;
        _document.TimestampUnixUs = unixUs;
    }

    /// <summary>Notes a time that cannot be believed as it was written.</summary>
    public void IgnoreTime(ReadOnlySpan<byte> written)
    {
        if (!_hasTime)
        {
            _hasTime = true;
            _document.Set(Fields.TelemetryTimeIgnored, written);
        }
    }

    /// <summary>Sets the level.</summary>
    public void SetLevel(ReadOnlySpan<byte> level)
    {
        if (!HasLevel)
        {
            HasLevel = true;
            _document.Set(Fields.LogLevel, level);
        }
    }

    /// <summary>Sets the message.</summary>
    public void SetMessage(ReadOnlySpan<byte> message)
    {
        if (!HasMessage)
        {
            HasMessage = true;
            _document.Set(Fields.Message, message);
        }
    }

    /// <summary>Sets a text field unless it is set or the value is empty.</summary>
    public void Set(FieldName field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && !_document.TryGet(field, out _))
        {
            _document.Set(field, value);
        }
    }

    /// <summary>Sets a number field unless it is set or the text is no number.</summary>
    public void SetNumber(FieldName field, ReadOnlySpan<byte> digits)
    {
        if (TryLong(digits, out var number) && !_document.TryGet(field, out _))
        {
            _document.Set(field, number);
        }
    }

    /// <summary>Takes one value of an attribute to where its rule says, else to the label.</summary>
    /// <param name="rule">Rule of the attribute's path.</param>
    /// <param name="kind">How the value was written.</param>
    /// <param name="value">The value without quotes and escapes.</param>
    /// <param name="isElement">True for an element of an array: values of one field add up.</param>
    /// <param name="clef">True in Compact Log Event Format.</param>
    public void Take(KeyRule rule, ValueKind kind, ReadOnlySpan<byte> value, bool isElement, bool clef)
    {
        if ((clef && rule.OnlyOutsideClef) || !TryTake(rule, kind, value, isElement))
        {
            TakeLabel(rule, value, isElement);
        }
    }

    /// <summary>True when a whole text is a 64-bit integer, or a number without fraction.</summary>
    public static bool TryLong(ReadOnlySpan<byte> text, out long number)
    {
        if (Utf8Parser.TryParse(text, out number, out var used) && used == text.Length)
        {
            return true;
        }

        if (Utf8Parser.TryParse(text, out double real, out used) && used == text.Length
            && Math.Abs(real) < 9e15 && Math.Floor(real) == real)
        {
            number = (long)real;
            return true;
        }

        return false;
    }

    private void TakeLabel(KeyRule rule, ReadOnlySpan<byte> value, bool isElement)
    {
        if (rule.Promoted is { } field && HasRoom && (isElement || !_document.TryGet(field, out _))
            && PromotedValue.TrySet(_document, field, value, _context))
        {
            return;
        }

        if (rule.Label is { } label && HasRoom)
        {
            _document.Set(label, Utf8Text.Cut(value, MaxLabelBytes));
        }
    }

    private bool TryTake(KeyRule rule, ValueKind kind, ReadOnlySpan<byte> value, bool isElement)
    {
        switch (rule.Role)
        {
            case KeyRole.Field: return TryTakeField(rule.Field!, kind, value, isElement);
            case KeyRole.Time: return !_hasTime && TryTakeTime(kind, value);
            case KeyRole.Level: return !HasLevel && TryTakeLevel(kind, value);
            case KeyRole.Message:
                if (HasMessage || isElement || kind != ValueKind.Text)
                {
                    return false;
                }

                SetMessage(value.TrimEnd("\r\n"u8));
                return true;
            case KeyRole.ErrorText: return kind == ValueKind.Text && ErrorText.TryTake(this, value);
            case KeyRole.Thread:
                var isNumber = TryLong(value, out _);
                return TryTakeField(isNumber ? Fields.ProcessThreadId : Fields.ProcessThreadName, kind, value, isElement);
            case KeyRole.Caller: return kind == ValueKind.Text && TryTakeCaller(value);
            case KeyRole.Host:
                return !_context.HostNameKnown && TryTakeField(Fields.HostName, kind, value, isElement);
            case KeyRole.EcsVersion: return true;
            default: return false;
        }
    }

    private bool TryTakeField(FieldName field, ValueKind kind, ReadOnlySpan<byte> value, bool isElement)
    {
        if (!HasRoom || (!isElement && _document.TryGet(field, out _)))
        {
            return false;
        }

        switch (field.Type)
        {
            case FieldType.Keyword or FieldType.Text:
                _document.Set(field, value);
                return true;
            case FieldType.Long when kind != ValueKind.Boolean && TryLong(value, out var number):
                _document.Set(field, number);
                return true;
            case FieldType.Ip when kind == ValueKind.Text && IPAddress.IsValidUtf8(value):
                _document.Set(field, value);
                return true;
            default:
                return false;
        }
    }

    private bool TryTakeTime(ValueKind kind, ReadOnlySpan<byte> value)
    {
        if (TimeReader.TryRead(value, _context, out var match) && match.Length == value.Length)
        {
            SetTime(match.UnixUs, value);
            return true;
        }

        if (kind == ValueKind.Boolean || !Utf8Parser.TryParse(value, out double number, out var used)
            || used != value.Length || !TimeReader.TryReadEpoch(number, out var unixUs))
        {
            return false;
        }

        SetTime(unixUs, value);
        return true;
    }

    private bool TryTakeLevel(ValueKind kind, ReadOnlySpan<byte> value)
    {
        if (Levels.TryParse(value, out var level)
            || (kind != ValueKind.Boolean && TryLong(value, out var number) && Levels.TryParse(number, out level)))
        {
            SetLevel(level);
            return true;
        }

        if (kind != ValueKind.Text || value.Length is 0 or > MaxLevelBytes)
        {
            return false;
        }

        Span<byte> lower = stackalloc byte[MaxLevelBytes];
        System.Text.Ascii.ToLower(value, lower, out var written);
        SetLevel(written == value.Length ? lower[..written] : value);
        return true;
    }

    private bool TryTakeCaller(ReadOnlySpan<byte> value)
    {
        var colon = value.LastIndexOf((byte)':');
        if (colon <= 0 || !TryLong(value[(colon + 1)..], out _))
        {
            return false;
        }

        Set(Fields.LogOriginFile, value[..colon]);
        SetNumber(Fields.LogOriginLine, value[(colon + 1)..]);
        return true;
    }
}
