using System.Text.Json;

namespace Telemetry.Store;

/// <summary>
/// Writes dotted fields as nested objects. Sorted names put what belongs together side by side; a name that is both a value
/// and a parent ("labels.a" and "labels.a.b") keeps its dots in the parent's object, as Elasticsearch accepts; so does what lies deeper
/// than readers of JSON go.
/// </summary>
internal static class StoredDocumentJson
{
    /// <summary>Readers commonly stop at 64; the answer around the document takes some.</summary>
    private const int MaxNesting = 32;

    public static void Write(Utf8JsonWriter json, StoredDocument document)
    {
        json.WriteStartObject();
        json.WriteString("_id"u8, document.Id.ToString());
        json.WriteString("@timestamp"u8, Rfc3339.Format(document.TimestampUnixUs));
        WriteChildren(json, document.Fields, 0, document.Fields.Count, 0, MaxNesting);
        json.WriteEndObject();
    }

    private static void WriteChildren(
        Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object>> fields, int from, int to, int prefix, int nesting)
    {
        var i = from;
        while (i < to)
        {
            var name = fields[i].Key;
            var dot = nesting > 0 ? name.IndexOf('.', prefix) : -1;
            if (dot < 0)
            {
                json.WritePropertyName(name.AsSpan(prefix));
                WriteValue(json, fields[i].Value);
                var children = EndOfGroup(fields, i + 1, to, name + ".");
                WriteDotted(json, fields, i + 1, children, prefix);
                i = children;
                continue;
            }

            var end = EndOfGroup(fields, i, to, name[..(dot + 1)]);
            json.WriteStartObject(name.AsSpan(prefix, dot - prefix));
            WriteChildren(json, fields, i, end, dot + 1, nesting - 1);
            json.WriteEndObject();
            i = end;
        }
    }

    private static void WriteDotted(
        Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object>> fields, int from, int to, int prefix)
    {
        for (var i = from; i < to; i++)
        {
            json.WritePropertyName(fields[i].Key.AsSpan(prefix));
            WriteValue(json, fields[i].Value);
        }
    }

    private static int EndOfGroup(
        IReadOnlyList<KeyValuePair<string, object>> fields, int from, int to, string prefix)
    {
        var end = from;
        while (end < to && fields[end].Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            end++;
        }

        return end;
    }

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text: json.WriteStringValue(text); break;
            case long number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case IReadOnlyList<object> list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }
}
