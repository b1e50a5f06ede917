using System.Buffers.Text;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Sets a promoted field from an attribute's value, if the value is one of its type and every store can hold it as such; else the
/// attribute stays a label. Allocates nothing.
/// </summary>
internal static class PromotedValue
{
    /// <summary>Longest keyword, bytes: what is longer is kept by no store in a way that it is found.</summary>
    private const int MaxKeywordBytes = 8191;

    /// <summary>Elasticsearch holds nanoseconds since 1970 in 63 bits: the year 2262.</summary>
    private const long MaxDateUnixUs = long.MaxValue / 1000;

    public static bool TrySet(Document document, FieldName field, ReadOnlySpan<byte> value, in LineContext context)
    {
        switch (field.Type)
        {
            case FieldType.Keyword when value.Length <= MaxKeywordBytes:
            case FieldType.Text:
            case FieldType.Ip when IsAddress(value):
                document.Set(field, value);
                return true;
            case FieldType.Long when LineDraft.TryLong(value, out var number):
                document.Set(field, number);
                return true;
            case FieldType.Double when TryDouble(value, out var real):
                document.Set(field, real);
                return true;
            case FieldType.Boolean when value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8):
                document.Set(field, value.Length == 4 ? 1L : 0L);
                return true;
            case FieldType.Date when TryDate(value, context, out var unixUs):
                document.Set(field, unixUs);
                return true;
            default:
                return false;
        }
    }

    private static bool TryDouble(ReadOnlySpan<byte> text, out double number)
    {
        if (!Utf8Parser.TryParse(text, out number, out var used) || used != text.Length || !double.IsFinite(number))
        {
            return false;
        }

        // Minus zero equals zero, but Lucene puts it before.
        number += 0.0;
        return true;
    }

    private static bool TryDate(ReadOnlySpan<byte> text, in LineContext context, out long unixUs)
    {
        unixUs = 0;
        if (TimeReader.TryRead(text, context, out var match) && match.Length == text.Length && match.HasDate)
        {
            unixUs = match.UnixUs;
        }
        else if (!Utf8Parser.TryParse(text, out double number, out var used) || used != text.Length
            || !TimeReader.TryReadEpoch(number, out unixUs))
        {
            return false;
        }

        return unixUs is >= 0 and <= MaxDateUnixUs;
    }

    // .NET reads more as an address than others do: "1", "0x7f.1", "010.0.0.1", "[::1]", "fe80::1%eth0".
    private static bool IsAddress(ReadOnlySpan<byte> text) =>
        System.Net.IPAddress.IsValidUtf8(text)
        && text.IndexOfAnyExcept("0123456789abcdefABCDEF:."u8) < 0
        && (text.Contains((byte)':') || IsDotted(text));

    private static bool IsDotted(ReadOnlySpan<byte> text)
    {
        var parts = 0;
        foreach (var part in text.Split((byte)'.'))
        {
            parts++;
            if (text[part] is [(byte)'0', _, ..])
            {
                return false;
            }
        }

        return parts == 4;
    }
}
