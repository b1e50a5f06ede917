using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>
/// A <see cref="Document"/> as <see cref="KqlMatcher"/> sees it, <c>@timestamp</c> included; what the store finds is what this
/// matches. Not thread-safe; set <see cref="Document"/> and ask again for the next.
/// </summary>
public sealed class DocumentValues : IFieldValues
{
    /// <summary>The document asked about.</summary>
    public Document Document { get; set; } = new();

    /// <inheritdoc/>
    public int Count => Document.FieldCount + 1;

    // The last value is the time.
    private int Timestamp => Document.FieldCount;

    /// <inheritdoc/>
    public string FieldOf(int index) =>
        index == Timestamp ? Fields.Timestamp.Name : Document.Fields[index].Name.Name;

    /// <inheritdoc/>
    public int Next(string field, int after)
    {
        for (var i = after + 1; i < Count; i++)
        {
            if (FieldOf(i) == field)
            {
                return i;
            }
        }

        return -1;
    }

    /// <inheritdoc/>
    public bool IsText(int index) => index != Timestamp && Document.Fields[index].IsText;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Text(int index) => Document.Text(Document.Fields[index]);

    /// <inheritdoc/>
    public long Long(int index) => index == Timestamp ? Document.TimestampUnixUs : Document.Fields[index].Number;

    /// <inheritdoc/>
    public double Double(int index) => Document.Fields[index].Double;
}
