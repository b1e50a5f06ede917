using System.Text;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Tests;

/// <summary>A stored document as KQL sees it.</summary>
internal sealed class StoredValues : IFieldValues
{
    private readonly List<(string Field, object Value)> _values = [];

    public StoredValues(StoredDocument document)
    {
        _values.Add(("@timestamp", document.TimestampUnixUs));
        foreach (var (name, value) in document.Fields)
        {
            _values.AddRange(value is IReadOnlyList<object> list ? list.Select(item => (name, item)) : [(name, value)]);
        }
    }

    public int Count => _values.Count;

    public string FieldOf(int index) => _values[index].Field;

    public int Next(string field, int after) => _values.FindIndex(after + 1, value => value.Field == field);

    public bool IsText(int index) => _values[index].Value is string;

    public ReadOnlySpan<byte> Text(int index) => Encoding.UTF8.GetBytes((string)_values[index].Value);

    public long Long(int index) => _values[index].Value is bool flag ? flag ? 1 : 0 : (long)_values[index].Value;

    public double Double(int index) => (double)_values[index].Value;
}
