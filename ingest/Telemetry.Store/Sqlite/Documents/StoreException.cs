namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The store could not read or write a file: full disk, damage, a lock that was not given up. Nothing of the failed commit is
/// kept; the writer goes on from its last one.
/// </summary>
public sealed class StoreException : IOException
{
    /// <summary>Makes one from SQLite's result code and words.</summary>
    public StoreException(int code, string message)
        : base(message) => Code = code;

    /// <summary>SQLite's primary result code.</summary>
    public int Code { get; }

    /// <summary>True when the file itself is at fault, not its surroundings.</summary>
    public bool IsDamage => Code is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    internal static StoreException Damage(string message) => new(SQLitePCL.raw.SQLITE_CORRUPT, message);
}
