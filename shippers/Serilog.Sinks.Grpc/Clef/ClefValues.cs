using System.Globalization;
using System.Text.Json;
using Serilog.Events;

namespace Serilog.Sinks.Grpc.Clef;

/// <summary>Writes property values as JSON, within limits; what is cut is marked with "…". Not thread-safe.</summary>
internal sealed class ClefValues(Utf8JsonWriter json, EventFormat limits)
{
    private const string Mark = "…";

    /// <summary>How many values were cut since <see cref="Begin"/>.</summary>
    public int CutCount { get; private set; }

    public void Begin() => CutCount = 0;

    /// <summary>As much of a text as is kept; never half of a surrogate pair.</summary>
    public ReadOnlySpan<char> Cut(string text)
    {
        if (text.Length <= limits.TextLength)
        {
            return text;
        }

        CutCount++;
        var end = limits.TextLength - (char.IsHighSurrogate(text[limits.TextLength - 1]) ? 1 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}{Mark} ({text.Length - end} characters more)");
    }

    /// <summary>What was cut elsewhere.</summary>
    public void Count(bool isCut) => CutCount += isCut ? 1 : 0;

    public void Write(LogEventPropertyValue value) => Write(value, 0);

    private void Write(LogEventPropertyValue value, int depth)
    {
        switch (value)
        {
            case var _ when json.BytesCommitted + json.BytesPending > limits.EventBytes:
                // The event becomes a placeholder; what is left of it is not written for that.
                json.WriteNullValue();
                break;
            case ScalarValue scalar:
                WriteScalar(scalar.Value);
                break;
            case var _ when depth == limits.Depth:
                CutCount++;
                json.WriteStringValue(Mark);
                break;
            case SequenceValue sequence:
                WriteSequence(sequence, depth);
                break;
            case StructureValue structure:
                WriteStructure(structure, depth);
                break;
            case DictionaryValue dictionary:
                WriteDictionary(dictionary, depth);
                break;
            default:
                json.WriteStringValue(Cut(value.ToString()));
                break;
        }
    }

    private void WriteSequence(SequenceValue sequence, int depth)
    {
        json.WriteStartArray();
        for (var i = 0; i < sequence.Elements.Count; i++)
        {
            if (i == limits.Elements)
            {
                json.WriteStringValue(More(sequence.Elements.Count - i));
                break;
            }

            Write(sequence.Elements[i], depth + 1);
        }

        json.WriteEndArray();
    }

    private void WriteStructure(StructureValue structure, int depth)
    {
        json.WriteStartObject();
        if (structure.TypeTag is { } tag)
        {
            json.WriteString("$type", tag);
        }

        for (var i = 0; i < structure.Properties.Count; i++)
        {
            if (i == limits.Elements)
            {
                json.WriteString(Mark, More(structure.Properties.Count - i));
                break;
            }

            json.WritePropertyName(structure.Properties[i].Name);
            Write(structure.Properties[i].Value, depth + 1);
        }

        json.WriteEndObject();
    }

    private void WriteDictionary(DictionaryValue dictionary, int depth)
    {
        json.WriteStartObject();
        var written = 0;
        foreach (var (key, value) in dictionary.Elements)
        {
            if (written++ == limits.Elements)
            {
                json.WriteString(Mark, More(dictionary.Elements.Count - limits.Elements));
                break;
            }

            json.WritePropertyName(Cut(Convert.ToString(key.Value, CultureInfo.InvariantCulture) ?? "null"));
            Write(value, depth + 1);
        }

        json.WriteEndObject();
    }

    private string More(int count)
    {
        CutCount++;
        return string.Create(CultureInfo.InvariantCulture, $"{Mark} ({count} more)");
    }

    private void WriteScalar(object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(Cut(text)); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case short or ushort or byte or sbyte: json.WriteNumberValue(Convert.ToInt32(value, CultureInfo.InvariantCulture)); break;
            case decimal number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): json.WriteNumberValue(number); break;
            case DateTime time: json.WriteStringValue(time); break;
            case DateTimeOffset time: json.WriteStringValue(time); break;
            case Guid id: json.WriteStringValue(id); break;
            case IFormattable formattable: json.WriteStringValue(Cut(formattable.ToString(null, CultureInfo.InvariantCulture))); break;
            default: json.WriteStringValue(Cut(value.ToString() ?? "")); break;
        }
    }
}
