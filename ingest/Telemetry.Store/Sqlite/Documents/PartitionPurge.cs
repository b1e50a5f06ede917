using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Takes documents out of one partition that nobody else writes, for good. The blocks that hold them are written anew in one
/// transaction, columns and word lists; then the file is: what SQLite left of them in free pages and in its log, also of former
/// versions of a block, is gone when this has returned.
/// <para>
/// What stays of a block moves to the upper end of the block's numbers, so that who follows the partition may see a document again
/// but misses none, and no number is given twice.
/// </para>
/// </summary>
internal static class PartitionPurge
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Takes out the documents with these numbers, ascending. False when a reader that began before kept the old log in use all
    /// the time: it goes with the next commit or start.
    /// </summary>
    /// <exception cref="StoreException">The partition is as it was.</exception>
    public static bool Run(PartitionName name, IReadOnlyList<long> numbers)
    {
        using var database = SqliteDatabase.OpenExisting(name.Path);
        database.Execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=0");
        var builder = new BlockBuilder();
        using (var rows = new BlockRows(database, builder))
        {
            database.Execute("BEGIN IMMEDIATE");
            using var partition = PartitionReader.Open(name);
            partition.BeginRead();
            var meta = PartitionMeta.Read(database);
            Rewrite(partition, rows, builder, numbers);
            partition.EndRead();
            database.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                INSERT OR REPLACE INTO meta VALUES('{PartitionSchema.Next}', {meta.Next}), ('{PartitionSchema.Unscrubbed}', 1);
                UPDATE meta SET value = (SELECT coalesce(sum(count), 0) FROM block) WHERE key = '{PartitionSchema.Documents}';
                COMMIT
                """));
        }

        return Scrub(database);
    }

    /// <summary>Ends what a purge began that was killed, or that found no room; as <see cref="Run"/> does.</summary>
    public static bool Resume(PartitionName name)
    {
        using var database = SqliteDatabase.OpenExisting(name.Path);
        return database.Number($"SELECT value FROM meta WHERE key = '{PartitionSchema.Unscrubbed}'") is null || Scrub(database);
    }

    private static bool Scrub(SqliteDatabase database)
    {
        database.Execute("VACUUM");
        if (!TryEmptyLog(database))
        {
            return false;
        }

        database.Execute($"DELETE FROM meta WHERE key = '{PartitionSchema.Unscrubbed}'");
        return true;
    }

    private static void Rewrite(PartitionReader partition, BlockRows rows, BlockBuilder builder, IReadOnlyList<long> numbers)
    {
        var copy = new BlockCopy(partition, new ReadScratch(), builder);
        var next = 0;
        foreach (var block in partition.Blocks)
        {
            HashSet<int> gone = [];
            for (; next < numbers.Count && numbers[next] < block.Id + block.Count; next++)
            {
                gone.Add((int)(numbers[next] - block.Id));
            }

            if (gone.Count == 0)
            {
                continue;
            }

            builder.Clear();
            copy.Add(block, i => !gone.Contains(i));
            rows.Drop(block.Id);
            if (builder.Count > 0)
            {
                rows.Put(block.Id + gone.Count, 0, isFinal: true);
            }
        }
    }

    private static bool TryEmptyLog(SqliteDatabase database)
    {
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < Patience;)
        {
            // The first column is 1 while somebody reads what the log holds; SQLite waits a while itself.
            if (database.Number("PRAGMA wal_checkpoint(TRUNCATE)") == 0)
            {
                return true;
            }
        }

        return false;
    }
}
