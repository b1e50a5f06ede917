using System.Globalization;
using System.Text;

namespace Telemetry.Query;

/// <summary>
/// The value compares to this text: as numbers when the literal is one (a value that is none then does not match), else by
/// code points. Free attributes are keywords, and <c>labels.elapsed_ms &gt; 100</c> has to mean what it says.
/// </summary>
public sealed record TextOrder(KqlComparison Comparison, string Text) : ValueTest
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(Text);
    private readonly double? _number = TryNumber(Text, out var number) ? number : null;

    /// <summary>True when values compare as numbers.</summary>
    public bool IsNumeric => _number is not null;

    /// <inheritdoc/>
    public override bool Matches(ReadOnlySpan<byte> utf8)
    {
        if (_number is not { } number)
        {
            return Satisfies(utf8.SequenceCompareTo(_utf8));
        }

        return double.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) && Satisfies(value.CompareTo(number));
    }

    private bool Satisfies(int order) => Comparison switch
    {
        KqlComparison.Less => order < 0,
        KqlComparison.LessOrEqual => order <= 0,
        KqlComparison.Greater => order > 0,
        _ => order >= 0,
    };
}
