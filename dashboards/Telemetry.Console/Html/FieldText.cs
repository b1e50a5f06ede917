using System.Globalization;

namespace Telemetry.Console.Html;

/// <summary>A field's value as it is written in a query.</summary>
internal static class FieldText
{
    public static string Of(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
