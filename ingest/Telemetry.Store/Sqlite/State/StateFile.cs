using System.Globalization;
using Microsoft.Data.Sqlite;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// <c>state.db</c> of one lane: what has been received, what is known of lifetimes, and the bus position up to which that
/// holds. One SQLite file in WAL mode, every commit synced. 64-bit unsigned numbers are kept as their signed bits;
/// times are microseconds since the Unix epoch.
/// <code>
/// meta(key, value)            format = 1, lane, position, applied_bus_us, caught_up_us; mark of the document writer;
///                             log_position, log_read_us: how far the state's log on the bus has been read
/// received                    per stream and epoch: intervals (see IntervalCodec), minted and bus times
/// runs                        digests of the latest runs of each stream, to tell a resend from a conflict
/// lifetimes, streams          facts of the reducer
/// crashes, losses             JSON, one row each
/// </code>
/// A file that SQLite calls damaged, or whose format is not 1, is renamed to <c>state.db.damaged-TIME</c> with its log and
/// a new one is begun: the lane is then rebuilt from the oldest position that the bus still has.
/// </summary>
internal static class StateFile
{
    public const int Format = 1;

    /// <summary>1 where streams say what the store refused.</summary>
    public const string CountRefused = "SELECT count(*) FROM pragma_table_info('streams') WHERE name = 'refused'";

    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS received(
            lifetime BLOB NOT NULL, stream INTEGER NOT NULL, epoch INTEGER NOT NULL, intervals BLOB NOT NULL,
            first_minted_us INTEGER NOT NULL, last_minted_us INTEGER NOT NULL, last_bus_us INTEGER NOT NULL,
            conflicts_with INTEGER NOT NULL, PRIMARY KEY(lifetime, stream, epoch)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS runs(
            lifetime BLOB NOT NULL, stream INTEGER NOT NULL, epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL,
            count INTEGER NOT NULL, digest INTEGER NOT NULL, bus_us INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY(lifetime, stream, epoch, first_seq)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS lifetimes(
            id BLOB PRIMARY KEY, instance_id TEXT NOT NULL, start_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
            facts BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS lifetimes_by_instance ON lifetimes(instance_id, start_us);
        CREATE INDEX IF NOT EXISTS lifetimes_by_start ON lifetimes(start_us);
        CREATE TABLE IF NOT EXISTS streams(
            lifetime BLOB NOT NULL, stream INTEGER NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL,
            kind TEXT NOT NULL, workload TEXT NOT NULL, lane INTEGER NOT NULL, closed INTEGER NOT NULL,
            next_seq INTEGER NOT NULL, progress_us INTEGER NOT NULL, read_offset INTEGER NOT NULL,
            source_size INTEGER NOT NULL, lost BLOB NOT NULL, refused BLOB NOT NULL DEFAULT x'',
            PRIMARY KEY(lifetime, stream, epoch)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS crashes(
            lifetime BLOB NOT NULL, crash_id TEXT NOT NULL, document_id TEXT NOT NULL, at_us INTEGER NOT NULL,
            crash BLOB NOT NULL, PRIMARY KEY(lifetime, crash_id, document_id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS crashes_by_time ON crashes(at_us);
        CREATE TABLE IF NOT EXISTS losses(
            id INTEGER PRIMARY KEY, lifetime BLOB NOT NULL, loss BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS losses_by_lifetime ON losses(lifetime, id);
        """;

    /// <summary>Opens for writing; sets a damaged file aside and names it.</summary>
    public static SqliteConnection Open(string path, Lane lane, TimeProvider time, out string? setAside)
    {
        setAside = null;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return OpenSound(path, lane);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
        }
        catch (InvalidDataException)
        {
        }

        setAside = SetAside(path, time);
        return OpenSound(path, lane);
    }

    /// <summary>Opens for reading, also from another process; null when there is no file yet.</summary>
    public static SqliteConnection? OpenRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        // Not pooled: a pooled connection would go on reading a file that has been set aside.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>True when the file itself is bad, not the disk under it.</summary>
    public static bool IsDamage(SqliteException e) => e.SqliteErrorCode is 11 /* CORRUPT */ or 26 /* NOTADB */;

    private static SqliteConnection OpenSound(string path, Lane lane)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4096;");
            if (connection.Scalar("PRAGMA quick_check(1)") is not "ok")
            {
                throw new InvalidDataException("The check of the file failed.");
            }

            connection.Execute(Schema);
            if (!HasRefused(connection))
            {
                connection.Execute("ALTER TABLE streams ADD COLUMN refused BLOB NOT NULL DEFAULT x''");
            }

            Claim(connection, "format", Format);
            Claim(connection, "lane", (long)lane);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A file that was made before the column was, and that its owner has not opened since, lacks it.</summary>
    private static bool HasRefused(SqliteConnection connection) =>
        connection.Scalar(CountRefused) is 1L;

    private static void Claim(SqliteConnection connection, string key, long value)
    {
        connection.Execute($"INSERT OR IGNORE INTO meta VALUES('{key}', {value.ToString(CultureInfo.InvariantCulture)})");
        if (connection.Scalar($"SELECT value FROM meta WHERE key = '{key}'") is not long found || found != value)
        {
            throw new InvalidDataException($"The file's {key} is not {value}.");
        }
    }

    private static string SetAside(string path, TimeProvider time)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var aside = $"{path}.damaged-{stamp}";
        for (var n = 1; File.Exists(aside); n++)
        {
            aside = $"{path}.damaged-{stamp}-{n.ToString(CultureInfo.InvariantCulture)}";
        }

        File.Move(path, aside);
        foreach (var suffix in (ReadOnlySpan<string>)["-wal", "-shm"])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, aside + suffix, overwrite: true);
            }
        }

        return aside;
    }
}
