namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// <c>docs-SECONDS.db.damaged</c> beside a partition: whoever reads or writes it came upon damage that a look at its ends at the next start
/// would not show. Holds the reason.
/// </summary>
internal static class DamageMark
{
    /// <summary>
    /// Marks a partition. Does not throw: where the directory is read-only, the reader's report alone tells of the damage.
    /// </summary>
    public static void Put(PartitionName name, string reason)
    {
        try
        {
            if (File.Exists(name.Path) && !File.Exists(name.Mark))
            {
                File.WriteAllText(name.Mark, reason);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>The reason; null when the partition is not marked.</summary>
    public static string? Find(PartitionName name) => File.Exists(name.Mark) ? File.ReadAllText(name.Mark) : null;
}
