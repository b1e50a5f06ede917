namespace Telemetry.Query;

/// <summary>
/// The values of one document by index, in any order; a field with several values has several. Dates are microseconds since
/// the Unix epoch and booleans 0 or 1, both as <see cref="Long"/>.
/// </summary>
public interface IFieldValues
{
    /// <summary>Values of all fields.</summary>
    int Count { get; }

    /// <summary>Full dotted name of the field that the value belongs to.</summary>
    string FieldOf(int index);

    /// <summary>Index of the first value of a field after <paramref name="after"/> (-1 to begin with); -1 when none follows.</summary>
    int Next(string field, int after);

    /// <summary>True when the value is text: keyword, text, ip.</summary>
    bool IsText(int index);

    /// <summary>UTF-8, possibly malformed, as it was in the log. Valid until the document changes.</summary>
    ReadOnlySpan<byte> Text(int index);

    /// <summary>The value of a long, date or boolean.</summary>
    long Long(int index);

    /// <summary>The value of a double.</summary>
    double Double(int index);
}
