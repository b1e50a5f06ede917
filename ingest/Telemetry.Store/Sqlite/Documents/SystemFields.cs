using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Columns that each document has beside its fields. Their names begin with '_', which no field's does.</summary>
internal static class SystemFields
{
    /// <summary>Lifetime (16 bytes), stream (8), epoch (8), big-endian.</summary>
    public static readonly FieldName Origin = new("_origin", FieldType.Keyword);

    /// <summary>Number of the record in its epoch.</summary>
    public static readonly FieldName Seq = new("_seq", FieldType.Long);

    /// <summary>When the record was minted, microseconds since the Unix epoch.</summary>
    public static readonly FieldName Minted = new("_minted", FieldType.Date);

    /// <summary>Bytes of an origin.</summary>
    public const int OriginBytes = LifetimeId.Size + 16;

    /// <summary>All, in the order of their numbers 0, 1, 2.</summary>
    public static readonly FieldName[] All = [Origin, Seq, Minted];
}
