using System.Text;

namespace Telemetry.Query;

/// <summary>The value is this text, case-sensitive.</summary>
public sealed record ExactText(string Text) : ValueTest
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(Text);

    /// <inheritdoc/>
    public override bool Matches(ReadOnlySpan<byte> utf8) => utf8.SequenceEqual(_utf8);
}
