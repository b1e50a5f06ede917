using System.Text;

namespace Telemetry.Query;

/// <summary>The whole value is the pieces with anything between them, case-sensitive; at least two pieces.</summary>
public sealed record PatternText(IReadOnlyList<string> Pieces) : ValueTest
{
    private readonly byte[][] _utf8 = [.. Pieces.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc/>
    public override bool Matches(ReadOnlySpan<byte> utf8) => WildcardPattern.Matches(utf8, _utf8);
}
