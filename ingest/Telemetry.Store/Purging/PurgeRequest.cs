using Telemetry.Autopsy;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Purging;

/// <summary>What is to be deleted for good.</summary>
/// <param name="Query">The tree.</param>
/// <param name="SinceUnixUs">Oldest <c>@timestamp</c>, inclusive; null is everything.</param>
/// <param name="UntilUnixUs">First <c>@timestamp</c> that stays; null is everything.</param>
/// <param name="NowUnixUs">What <c>now</c> means in the query.</param>
public sealed record PurgeRequest(KqlNode Query, long? SinceUnixUs, long? UntilUnixUs, long NowUnixUs);

/// <summary>A document that is to be deleted, and where it is.</summary>
/// <param name="Id"><c>_id</c>.</param>
/// <param name="Record">Identity of the record that it comes from.</param>
public readonly record struct PurgedDocument(DocumentId Id, RecordId Record)
{
    /// <summary>False when it is certainly no document of a crash.</summary>
    internal bool MayBeCrash { get; init; } = true;

    /// <summary>Index on Elasticsearch.</summary>
    internal string? Index { get; init; }

    /// <summary>Key of the partition.</summary>
    internal long Partition { get; init; }

    /// <summary>Number within it.</summary>
    internal long Number { get; init; }
}

/// <summary>Everything that is to be deleted.</summary>
/// <param name="Documents">In no order.</param>
/// <param name="Incomplete">What could not be searched, or holds what cannot be deleted, one <c>PLACE: reason</c> each.</param>
public sealed record PurgeMatches(IReadOnlyList<PurgedDocument> Documents, IReadOnlyList<string> Incomplete)
{
    /// <summary>What has to be noted before they are deleted.</summary>
    /// <param name="detail">One sentence that holds nothing of what is deleted.</param>
    /// <param name="atUnixUs">When, microseconds since the Unix epoch.</param>
    public IEnumerable<PurgeNote> Notes(string detail, long atUnixUs) =>
        from document in Documents
        group document by new StreamEpoch(document.Record.Lifetime, document.Record.Stream, document.Record.Epoch) into stream
        select new PurgeNote(
            stream.Key, Ranges(stream.Select(document => document.Record.Seq)),
            [.. stream.Where(document => document.MayBeCrash).Select(document => document.Id.ToString())], detail, atUnixUs);

    private static IReadOnlyList<Interval> Ranges(IEnumerable<ulong> numbers)
    {
        var ranges = new IntervalSet();
        foreach (var number in numbers.Order())
        {
            ranges.Add(number, number + 1);
        }

        return ranges.Intervals;
    }
}
