using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Sqlite.Backup;

/// <summary>
/// Copies SQLite files of the store as of one moment each, also while another process writes them: by VACUUM INTO, which is one read
/// transaction, waits for no writer and keeps none waiting. The copy holds no free page, and nothing lies in a log beside it.
/// </summary>
public static class SqliteCopy
{
    /// <summary>Writes a new file; the caller makes it durable.</summary>
    /// <exception cref="StoreException">The source cannot be read, or the target cannot be written.</exception>
    public static void Copy(string source, string target)
    {
        using var database = SqliteDatabase.OpenReadOnly(source);
        using var vacuum = database.Prepare("VACUUM INTO ?");
        vacuum.BindText(1, target);
        vacuum.Run();
    }

    /// <summary>Bus position up to which a copied <c>state.db</c> holds: every entry before it is in it.</summary>
    /// <exception cref="StoreException">It is no such file.</exception>
    public static long StatePosition(string path) => Number(path, "SELECT value FROM meta WHERE key = 'position'");

    /// <summary>Bus position up to which a copied partition of documents holds.</summary>
    /// <exception cref="StoreException">It is no such file.</exception>
    public static long AppliedPosition(string path) =>
        Number(path, $"SELECT value FROM meta WHERE key = '{PartitionSchema.Applied}'");

    private static long Number(string path, string sql)
    {
        using var database = SqliteDatabase.OpenReadOnly(path);
        return database.Number(sql) ?? 0;
    }
}
