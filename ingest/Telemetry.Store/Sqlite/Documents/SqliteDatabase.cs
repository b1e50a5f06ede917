using SQLitePCL;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// One connection on SQLite's own interface: the hot path binds spans and reads blobs in place. Not thread-safe. Every
/// failure is a <see cref="StoreException"/>.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly sqlite3 _handle;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    public static SqliteDatabase OpenReadOnly(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    public static SqliteDatabase OpenExisting(string path) => Open(path, raw.SQLITE_OPEN_READWRITE);

    public static SqliteDatabase Create(string path) => Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>First column of the first row; null when there is no row or no value.</summary>
    public long? Number(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() && !statement.IsNull(0) ? statement.Int64(0) : null;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new StoreException(code & 0xFF, $"{raw.sqlite3_errmsg(_handle).utf8_to_string()} (SQLite {code})");
        }
    }

    public void Dispose() => _handle.Dispose();

    private static SqliteDatabase Open(string path, int flags)
    {
        // Each connection has one user at a time, so SQLite's own mutexes are left out.
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(handle);
        try
        {
            database.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, 5_000);
            database.Execute("PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
