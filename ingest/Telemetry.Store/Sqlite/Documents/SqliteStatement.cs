using SQLitePCL;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A prepared statement, used again and again. Parameters count from 1, columns from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public void Bind(int parameter, long value) => database.Check(raw.sqlite3_bind_int64(statement, parameter, value));

    public void Bind(int parameter, ReadOnlySpan<byte> blob) =>
        database.Check(raw.sqlite3_bind_blob(statement, parameter, blob));

    public void BindText(int parameter, string value) =>
        database.Check(raw.sqlite3_bind_text(statement, parameter, value));

    /// <summary>True when there is a row; its blobs are valid until the next call.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        database.Check(code);
        return code == raw.SQLITE_ROW;
    }

    public void Reset() => raw.sqlite3_reset(statement);

    /// <summary>Runs a statement that has no rows and makes it ready again.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            Reset();
        }
    }

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();
}
