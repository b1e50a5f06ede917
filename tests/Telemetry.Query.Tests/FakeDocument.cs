using System.Text;

namespace Telemetry.Query.Tests;

internal sealed class FakeDocument((string Field, object Value)[] fields) : IFieldValues
{
    public int Count => fields.Length;

    public string FieldOf(int index) => fields[index].Field;

    public int Next(string field, int after) => Array.FindIndex(fields, after + 1, f => f.Field == field);

    public bool IsText(int index) => fields[index].Value is string or byte[];

    public ReadOnlySpan<byte> Text(int index) =>
        fields[index].Value is byte[] utf8 ? utf8 : Encoding.UTF8.GetBytes((string)fields[index].Value);

    public long Long(int index) => fields[index].Value switch
    {
        bool flag => flag ? 1 : 0,
        int number => number,
        long number => number,
        _ => 0,
    };

    public double Double(int index) => fields[index].Value is double number ? number : 0;
}
