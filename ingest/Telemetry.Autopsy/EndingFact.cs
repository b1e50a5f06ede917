namespace Telemetry.Autopsy;

/// <summary>An agent stop or a seal.</summary>
/// <param name="MintedUnixUs">When it was said.</param>
/// <param name="Final">For a seal: true when no record may follow.</param>
/// <param name="Reason">As said.</param>
public sealed record EndingFact(long MintedUnixUs, bool Final, string Reason)
{
    /// <summary>The later of two; the same whichever comes first.</summary>
    public static EndingFact Later(EndingFact? known, EndingFact said) => known is null || Order(said, known) > 0
        ? said
        : known;

    private static int Order(EndingFact a, EndingFact b) =>
        (a.MintedUnixUs, a.Final).CompareTo((b.MintedUnixUs, b.Final)) is var order and not 0
            ? order
            : string.CompareOrdinal(a.Reason, b.Reason);
}
