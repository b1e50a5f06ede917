using System.Text;
using System.Text.Json;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What the answer says of one document; texts as places in the answer.</summary>
internal struct ItemAnswer
{
    public int Status;
    public bool IsInFailureStore;
    public (int Start, int Length) Index, ErrorType, Reason;
}

/// <summary>
/// Reads the answer to a bulk request. Nearly all items of nearly all answers are the same text, so an item that repeats the one before
/// is not read again. Allocates nothing once it has grown. Not thread-safe.
/// </summary>
internal sealed class BulkAnswer
{
    /// <summary>What has to be asked for.</summary>
    public const string FilterPath =
        "errors,items.*._index,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason";

    private ItemAnswer[] _items = [];
    private ReadOnlyMemory<byte> _body;

    /// <summary>Items read.</summary>
    public int Count { get; private set; }

    public ref readonly ItemAnswer this[int item] => ref _items[item];

    public ReadOnlySpan<byte> Text((int Start, int Length) place) => _body.Span.Slice(place.Start, place.Length);

    /// <summary>Type and reason of an item's error, without the values of documents.</summary>
    public string Problem(int item) => ElasticResponse.Shorten(
        $"{_items[item].Status} {Unescape(_items[item].ErrorType)}: {WithoutValues(Unescape(_items[item].Reason))}".TrimEnd(':', ' '));

    /// <summary>False when it is not the answer to so many documents; nothing is known of them then.</summary>
    public bool TryRead(ReadOnlyMemory<byte> body, int expected)
    {
        (_body, Count) = (body, 0);
        if (_items.Length < expected)
        {
            _items = new ItemAnswer[expected];
        }

        try
        {
            return Read(body.Span, expected) && Count == expected;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private bool Read(ReadOnlySpan<byte> body, int expected)
    {
        var at = FindItems(body);
        if (at < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> before = default;
        while (at < body.Length)
        {
            if (body[at] is (byte)',' or (byte)' ' or (byte)'\n' or (byte)'\r')
            {
                at++;
            }
            else if (body[at] == ']')
            {
                return true;
            }
            else if (Count == expected)
            {
                return false;
            }
            else if (!before.IsEmpty && body[at..].StartsWith(before))
            {
                _items[Count] = _items[Count - 1];
                Count++;
                at += before.Length;
            }
            else
            {
                var length = ReadItem(body, at, ref _items[Count++]);
                before = body.Slice(at, length);
                at += length;
            }
        }

        return false;
    }

    private static int FindItems(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isItems = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (isItems)
            {
                return reader.TokenType == JsonTokenType.StartArray ? (int)reader.BytesConsumed : -1;
            }

            reader.Skip();
        }

        return -1;
    }

    // {"create":{"_index":"…","status":201}}
    private static int ReadItem(ReadOnlySpan<byte> body, int at, ref ItemAnswer item)
    {
        item = default;
        var reader = new Utf8JsonReader(body[at..]);
        reader.Read();
        reader.Read();
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not an item");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref reader, at, ref item);
        }

        reader.Read();
        return (int)reader.BytesConsumed;
    }

    private static void ReadProperty(ref Utf8JsonReader reader, int at, ref ItemAnswer item)
    {
        if (reader.ValueTextEquals("_index"u8))
        {
            reader.Read();
            item.Index = Place(reader, at);
        }
        else if (reader.ValueTextEquals("status"u8))
        {
            reader.Read();
            item.Status = reader.GetInt32();
        }
        else if (reader.ValueTextEquals("failure_store"u8))
        {
            reader.Read();
            item.IsInFailureStore = reader.ValueTextEquals("used"u8);
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            reader.Read();
            ReadError(ref reader, at, ref item);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static void ReadError(ref Utf8JsonReader reader, int at, ref ItemAnswer item)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isReason = reader.ValueTextEquals("reason"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                item.ErrorType = Place(reader, at);
            }
            else if (isReason && reader.TokenType == JsonTokenType.String)
            {
                item.Reason = Place(reader, at);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // Without the quotes.
    private static (int, int) Place(in Utf8JsonReader reader, int at) =>
        (at + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);

    // Elasticsearch shows the value after the first, Lucene the bytes of the term after the second.
    private static string WithoutValues(string reason)
    {
        foreach (var before in (ReadOnlySpan<string>)[". Preview", " The prefix of the first immense term"])
        {
            if (reason.IndexOf(before, StringComparison.Ordinal) is var at and >= 0)
            {
                reason = reason[..at];
            }
        }

        return reason;
    }

    private string Unescape((int Start, int Length) place)
    {
        if (place.Length == 0)
        {
            return "";
        }

        var text = Text((place.Start, place.Length));
        if (!text.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(text);
        }

        var reader = new Utf8JsonReader(_body.Span.Slice(place.Start - 1, place.Length + 2));
        reader.Read();
        return reader.GetString() ?? "";
    }
}
