using System.Globalization;
using System.Text;
using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The tables of a partition file. Documents are numbered from 0 in order of arrival; a block is a run of them and its id is the
/// number of the first. Blocks of a few documents are replaced by larger ones until one is full, which changes no document's number.
/// </summary>
internal static class PartitionSchema
{
    /// <summary>Version of everything in the file; a reader refuses a larger one, a writer goes on in the file's own. 2 seals the blobs.</summary>
    public const int Version = 2;

    /// <summary>"TLMD", in SQLite's header.</summary>
    public const int ApplicationId = 0x544C_4D44;

    public const string Applied = "applied";
    public const string Documents = "documents";

    /// <summary>Least number of the next document; there once the last block was purged, so that no number is given twice.</summary>
    public const string Next = "next";

    /// <summary>There while what was purged may still lie in free pages or in the log.</summary>
    public const string Unscrubbed = "unscrubbed";

    public const string BusStart = "bus_start_us";
    public const string MinTimestamp = "min_timestamp_us";
    public const string MaxTimestamp = "max_timestamp_us";
    public const string MinMinted = "min_minted_us";
    public const string MaxMinted = "max_minted_us";

    /// <summary>Statements that make an empty partition, the numbers of the known fields included.</summary>
    public static string Create()
    {
        var sql = new StringBuilder();
        sql.Append(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId};\n");
        sql.Append(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version};\n");
        sql.Append(
            """
            CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE field(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type INTEGER NOT NULL);
            CREATE TABLE block(id INTEGER PRIMARY KEY, count INTEGER NOT NULL,
              min_timestamp_us INTEGER NOT NULL, max_timestamp_us INTEGER NOT NULL,
              min_minted_us INTEGER NOT NULL, max_minted_us INTEGER NOT NULL);
            CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
            CREATE TABLE term(id INTEGER PRIMARY KEY, data BLOB NOT NULL);

            """);
        var id = 0;
        foreach (var field in SystemFields.All.Concat(Fields.All.Select(row => row.Field)))
        {
            sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO field VALUES({id++}, '{field.Name}', {(int)field.Type}); -- {field.Type}\n");
        }

        return sql.ToString();
    }

    public static bool IsText(FieldType type) => type is FieldType.Keyword or FieldType.Text or FieldType.Ip;
}
