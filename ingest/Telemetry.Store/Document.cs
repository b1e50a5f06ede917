using System.Text;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store;

/// <summary>
/// One document under construction: a reusable bag of typed fields whose text lies in one buffer, so that filling it
/// again allocates nothing. Not thread-safe. A field set twice becomes an array of both values, in order.
/// </summary>
public sealed class Document
{
    /// <summary>Fields kept of one document; what comes after is only in <c>event.original</c>.</summary>
    public const int MaxFields = 256;

    private byte[] _text = new byte[4096];
    private int _textLength;
    private DocumentField[] _fields = new DocumentField[48];

    /// <summary>Identity of the record that it comes from.</summary>
    public RecordId Record { get; private set; }

    /// <summary>When the record was minted, microseconds since the Unix epoch.</summary>
    public long MintedUnixUs { get; private set; }

    /// <summary><c>@timestamp</c>, microseconds since the Unix epoch.</summary>
    public long TimestampUnixUs { get; set; }

    /// <summary><c>_id</c>.</summary>
    public DocumentId Id => DocumentId.From(Record, MintedUnixUs);

    /// <summary>Fields set so far, without <c>@timestamp</c>.</summary>
    public ReadOnlySpan<DocumentField> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>Number of fields set so far.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Fields refused because of <see cref="MaxFields"/>.</summary>
    public int RefusedFields { get; private set; }

    /// <summary>Empties it for a new record; <c>@timestamp</c> starts as the minted time.</summary>
    public void Reset(in RecordId record, long mintedUnixUs)
    {
        (Record, MintedUnixUs, TimestampUnixUs) = (record, mintedUnixUs, mintedUnixUs);
        (_textLength, FieldCount, RefusedFields) = (0, 0, 0);
    }

    /// <summary>Sets a keyword, text or ip field from UTF-8. Empty values are kept.</summary>
    public void Set(FieldName field, ReadOnlySpan<byte> utf8)
    {
        if (_text.Length - _textLength < utf8.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _textLength + utf8.Length));
        }

        utf8.CopyTo(_text.AsSpan(_textLength));
        Add(new DocumentField(field, _textLength, utf8.Length, 0));
        _textLength += utf8.Length;
    }

    /// <summary>Sets a keyword, text or ip field. Not for the hot path.</summary>
    public void Set(FieldName field, string value) => Set(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Sets a long, date (microseconds) or boolean (0 or 1) field.</summary>
    public void Set(FieldName field, long value) => Add(new DocumentField(field, 0, -1, value));

    /// <summary>Sets a double field.</summary>
    public void Set(FieldName field, double value) =>
        Add(new DocumentField(field, 0, -1, BitConverter.DoubleToInt64Bits(value)));

    /// <summary>UTF-8 text of a field of this document.</summary>
    public ReadOnlySpan<byte> Text(scoped in DocumentField field) => _text.AsSpan(field.Start, field.Length);

    /// <summary>Finds the first value of a field. False when it is not set.</summary>
    public bool TryGet(FieldName name, out DocumentField field)
    {
        for (var i = 0; i < FieldCount; i++)
        {
            if (ReferenceEquals(_fields[i].Name, name))
            {
                field = _fields[i];
                return true;
            }
        }

        field = default;
        return false;
    }

    /// <summary>Takes back every value of a field.</summary>
    public void Remove(FieldName name)
    {
        var kept = 0;
        for (var i = 0; i < FieldCount; i++)
        {
            if (!ReferenceEquals(_fields[i].Name, name))
            {
                _fields[kept++] = _fields[i];
            }
        }

        FieldCount = kept;
    }

    private void Add(DocumentField field)
    {
        if (FieldCount == MaxFields)
        {
            RefusedFields++;
            return;
        }

        if (FieldCount == _fields.Length)
        {
            Array.Resize(ref _fields, FieldCount * 2);
        }

        _fields[FieldCount++] = field;
    }
}

/// <summary>One value of a document: text in the document's buffer when <paramref name="Length"/> is not negative, else a number.</summary>
public readonly record struct DocumentField(FieldName Name, int Start, int Length, long Number)
{
    /// <summary>True for keyword, text and ip.</summary>
    public bool IsText => Length >= 0;

    /// <summary>The number of a double field.</summary>
    public double Double => BitConverter.Int64BitsToDouble(Number);
}
