using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Looks whether a partition can be used, in a time that does not grow with its size.</summary>
internal static class PartitionCheck
{
    // Reading every page of a small file costs nothing; of a large one, minutes after a restart.
    private const long CheckedWholeBytes = 16 << 20;

    /// <summary>
    /// The applied position, where that can be read, and what is wrong with all but a good partition. Throws when the surroundings
    /// are at fault.
    /// </summary>
    public static PartitionState Look(PartitionName name, out long applied, out string reason)
    {
        (applied, reason) = (0, "");
        var state = PartitionState.Unusable;
        try
        {
            using var database = SqliteDatabase.OpenExisting(name.Path);
            var version = database.Number("PRAGMA user_version");
            if (database.Number("PRAGMA application_id") != PartitionSchema.ApplicationId || version is null or 0)
            {
                reason = "is no partition of this store";
                return state;
            }

            if (version > PartitionSchema.Version)
            {
                reason = string.Create(CultureInfo.InvariantCulture, $"has format {version}; this version reads up to {PartitionSchema.Version}");
                return PartitionState.Newer;
            }

            applied = PartitionMeta.Read(database).Applied;
            using (var reader = PartitionReader.Open(name))
            {
                reader.BeginRead();
            }

            state = PartitionState.Damaged;
            reason = DamageMark.Find(name) ?? FirstProblem(database, name);
            return reason.Length == 0 ? PartitionState.Good : state;
        }
        catch (StoreException e) when (e.IsDamage || e.Code == SQLitePCL.raw.SQLITE_ERROR)
        {
            // SQLITE_ERROR is a table that is missing.
            reason = e.Message;
            return state;
        }
    }

    private static string FirstProblem(SqliteDatabase database, PartitionName name)
    {
        var stored = database.Number("SELECT sum(count) FROM block") ?? 0;
        var counted = database.Number($"SELECT value FROM meta WHERE key = '{PartitionSchema.Documents}'");
        if (stored != counted)
        {
            return string.Create(CultureInfo.InvariantCulture, $"holds {stored} documents, not {counted}");
        }

        var file = new FileInfo(name.Path);
        if (file.Length > CheckedWholeBytes)
        {
            database.Number("SELECT length(data) FROM chunk ORDER BY id DESC LIMIT 1");
            database.Number("SELECT length(data) FROM term ORDER BY id DESC LIMIT 1");
            return "";
        }

        using var check = database.Prepare("PRAGMA quick_check(1)");
        return check.Step() && check.Text(0) is var text && text != "ok" ? text : "";
    }
}
