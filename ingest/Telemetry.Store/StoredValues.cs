using System.Text;
using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>A <see cref="StoredDocument"/> as <see cref="KqlMatcher"/> sees it, <c>@timestamp</c> included. Not thread-safe.</summary>
internal sealed class StoredValues : IFieldValues
{
    private readonly List<(string Field, object Value, byte[]? Utf8)> _values = [];

    public StoredValues(StoredDocument document, FieldTyping types)
    {
        _values.Add((Fields.Timestamp.Name, document.TimestampUnixUs, null));
        foreach (var (name, value) in document.Fields)
        {
            foreach (var one in value is IReadOnlyList<object> list ? list : [value])
            {
                _values.Add(Typed(name, types.TypeOf(name), one));
            }
        }
    }

    public int Count => _values.Count;

    public string FieldOf(int index) => _values[index].Field;

    public int Next(string field, int after) => _values.FindIndex(after + 1, value => value.Field == field);

    public bool IsText(int index) => _values[index].Utf8 is not null;

    public ReadOnlySpan<byte> Text(int index) => _values[index].Utf8;

    public long Long(int index) => _values[index].Value is long number ? number : 0;

    public double Double(int index) => _values[index].Value is double number ? number : 0;

    // What is not of its field's type stays text, which no test of a number matches.
    private static (string Field, object Value, byte[]? Utf8) Typed(string name, FieldType type, object value) => (type, value) switch
    {
        (FieldType.Date, string text) when StoredTime.TryParse(text, out var unixUs) => (name, unixUs, null),
        (FieldType.Boolean, bool flag) => (name, flag ? 1L : 0L, null),
        (_, long or double) => (name, value, null),
        _ => (name, value, Encoding.UTF8.GetBytes(value.ToString() ?? "")),
    };
}
