using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Purges the partitions of one lane. The caller owns the lane and has no partition open for writing.</summary>
/// <param name="directory">The lane's.</param>
internal sealed class SqlitePurge(string directory) : IDocumentPurger
{
    public ValueTask<PurgeMatches> FindAsync(PurgeRequest request, CancellationToken cancel)
    {
        using var pool = new PartitionPool();
        var unread = new Unread(static _ => { });
        var times = new Range(request.SinceUnixUs ?? long.MinValue, request.UntilUnixUs is { } until ? until - 1 : long.MaxValue);
        var scan = new PartitionScan(pool, request.Query, times, request.NowUnixUs, unread);
        List<PurgedDocument> found = [];
        List<string> incomplete = [];
        foreach (var name in PartitionName.List(directory))
        {
            var visitor = new PurgeVisitor();
            unread.Try(name, () => scan.Run(name, [visitor], cancel));
            if (visitor.Found.Count > 0 && DamageMark.Find(name) is not null)
            {
                incomplete.Add($"{Path.GetFileName(name.Path)}: is damaged and cannot be rewritten; {visitor.Found.Count} documents stay in it");
                continue;
            }

            found.AddRange(visitor.Found.Select(order => new PurgedDocument(DocumentId.From(order.Record, order.MintedUnixUs), order.Record)
            {
                Partition = order.Partition, Number = order.Number,
            }));
        }

        return new(new PurgeMatches(found, [.. incomplete, .. unread.Reasons(), .. Evidence()]));
    }

    public ValueTask<IReadOnlyList<string>> DeleteAsync(PurgeMatches matches, CancellationToken cancel)
    {
        List<string> left = [];
        var numbers = matches.Documents.GroupBy(document => document.Partition)
            .ToDictionary(group => group.Key, group => group.Select(document => document.Number).Order().ToList());
        foreach (var name in PartitionName.List(directory).Where(name => DamageMark.Find(name) is null))
        {
            cancel.ThrowIfCancellationRequested();
            if (!(numbers.TryGetValue(name.Key, out var found) ? PartitionPurge.Run(name, found) : PartitionPurge.Resume(name)))
            {
                left.Add($"{Path.GetFileName(name.Path)}: a reader keeps the former log of the file in use; the next purge or start deletes it");
            }
        }

        return new(left);
    }

    /// <summary>Ends purges that were killed.</summary>
    public static void Resume(PartitionName name)
    {
        try
        {
            PartitionPurge.Resume(name);
        }
        catch (StoreException e) when (!e.IsDamage)
        {
            // No room to rewrite the file: documents come first, and the next purge or start tries again.
        }
    }

    private IEnumerable<string> Evidence() =>
        from path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "docs-*.damaged-*") : []
        select $"{Path.GetFileName(path)}: was set aside as damaged and is not searched";
}
