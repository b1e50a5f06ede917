namespace Telemetry.Indexer;

/// <summary>What a purge did.</summary>
/// <param name="Documents">Documents deleted.</param>
/// <param name="Noted">Of these, records whose lifetime's account says so: the others' are not known.</param>
/// <param name="Left">What could not be searched or deleted, one <c>PLACE: reason</c> each.</param>
public sealed record PurgeReport(long Documents, long Noted, IReadOnlyList<string> Left)
{
    internal static readonly PurgeReport Nothing = new(0, 0, []);

    internal PurgeReport With(PurgeReport other) =>
        new(Documents + other.Documents, Noted + other.Noted, [.. Left, .. other.Left]);
}
