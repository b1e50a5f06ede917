using System.Globalization;

namespace Telemetry.Query;

/// <summary>
/// What one value of a field has to satisfy: a literal read in the light of the field's type. Each store translates these;
/// the in-memory matcher and scans ask them. Immutable, safe for concurrent use, no allocation in <c>Matches</c>.
/// <list type="table">
/// <item><term>keyword</term><description>The whole value, case-sensitive unless the field is lower-case; <c>*</c> is a wildcard; an unquoted literal of several
/// words is one value, spaces and all. Compared as numbers when the literal is a number, else by code points.</description></item>
/// <item><term>text</term><description>"…" is a phrase: words in order. Unquoted, some of the words separated by spaces has to
/// occur (Kibana's <c>match</c>); what such a word is cut into ("10.0.0.1") has to occur as a phrase. <c>*</c> stands for any
/// letters within a word. Upper and lower case are the same. No order: comparisons match nothing.</description></item>
/// <item><term>long, double</term><description>Equality and order; unquoted, one of several numbers separated by spaces.
/// </description></item>
/// <item><term>date</term><description>RFC 3339, shortened at will, UTC where no zone is written, or <c>now-1h</c>. Equal is what lies
/// in the piece of time that is written; <c>&gt;</c> is after its end, <c>&gt;=</c> from its start on.</description></item>
/// <item><term>boolean</term><description><c>true</c> or <c>false</c>.</description></item>
/// <item><term>ip</term><description>An address, a CIDR block ("10.0.0.0/8") or a wildcard over its text; order by address.
/// </description></item>
/// </list>
/// A literal that does not fit its type gives <see cref="NoValue"/>.
/// </summary>
public abstract record ValueTest
{
    /// <summary>True when a keyword, text or ip value satisfies it. The value is UTF-8, possibly malformed.</summary>
    public virtual bool Matches(ReadOnlySpan<byte> utf8) => false;

    /// <summary>True when a long, date (microseconds) or boolean (0 or 1) value satisfies it.</summary>
    public virtual bool Matches(long value) => false;

    /// <summary>True when a double value satisfies it.</summary>
    public virtual bool Matches(double value) => false;

    /// <summary>Reads <c>field : value</c>.</summary>
    /// <param name="type">Type of the field.</param>
    /// <param name="value">The literal.</param>
    /// <param name="nowUnixUs">What <c>now</c> means, microseconds since the Unix epoch.</param>
    public static ValueTest Equal(FieldType type, KqlValue value, long nowUnixUs)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (type)
        {
            case FieldType.Keyword:
                return ExactOrPattern(value);
            case FieldType.Text:
                return WordsTest.Create(value);
            case FieldType.Ip:
                return value.Pattern is null ? AddressRange.Equal(value.Text) : ExactOrPattern(value);
        }

        if (value.Pattern is not null)
        {
            return new NoValue();
        }

        var tests = Alternatives(value).Select(text => EqualNumber(type, text, nowUnixUs)).Where(test => test is not NoValue);
        return tests.ToArray() switch
        {
            [] => new NoValue(),
            [var single] => single,
            var several => new AnyTest(several),
        };
    }

    /// <summary>Reads <c>field &lt; value</c> and its like.</summary>
    /// <param name="type">Type of the field.</param>
    /// <param name="comparison">The operator.</param>
    /// <param name="value">The literal.</param>
    /// <param name="nowUnixUs">What <c>now</c> means, microseconds since the Unix epoch.</param>
    public static ValueTest Compare(FieldType type, KqlComparison comparison, KqlValue value, long nowUnixUs)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = value.Text;
        return type switch
        {
            FieldType.Keyword => new TextOrder(comparison, text),
            FieldType.Ip => AddressRange.Compare(comparison, text),
            FieldType.Long => LongRange.Compare(comparison, text),
            FieldType.Double => DoubleRange.Compare(comparison, text),
            FieldType.Date when DateLiteral.TryParse(text, nowUnixUs, out var date) => LongRange.Compare(comparison, date),
            _ => new NoValue(),
        };
    }

    /// <summary>Parses a finite number.</summary>
    internal static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static ValueTest ExactOrPattern(KqlValue value) =>
        value.Pattern is null ? new ExactText(value.Text) : new PatternText(value.Pattern);

    /// <summary>What the literal offers to a type without words: quoted one value, unquoted one a word.</summary>
    internal static string[] Alternatives(KqlValue value) => value.Quoted
        ? [value.Text.Trim()]
        : value.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static ValueTest EqualNumber(FieldType type, string text, long nowUnixUs) => type switch
    {
        FieldType.Long => LongRange.Equal(text),
        FieldType.Double when TryNumber(text, out var number) => new DoubleRange(number, number),
        FieldType.Date when DateLiteral.TryParse(text, nowUnixUs, out var date) =>
            new LongRange(date.StartUnixUs, date.EndUnixUs - 1),
        FieldType.Boolean when text is "true" or "false" => text == "true" ? new LongRange(1, 1) : new LongRange(0, 0),
        _ => new NoValue(),
    };
}
