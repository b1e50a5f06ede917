namespace Telemetry.Indexer.Parsing;

/// <summary>Times that a record can have: since 1990, and not more than a day after it was minted.</summary>
internal static class Plausible
{
    /// <summary>1990-01-01T00:00:00Z.</summary>
    public const long OldestUnixUs = 631_152_000_000_000;

    /// <summary>One day.</summary>
    public const long FutureUs = 86_400_000_000;

    public static bool IsPlausible(long unixUs, long mintedUnixUs) =>
        unixUs >= OldestUnixUs && unixUs <= mintedUnixUs + FutureUs;
}
