namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The row values of <c>meta</c>.</summary>
internal struct PartitionMeta
{
    /// <summary>First bus position that is not stored.</summary>
    public long Applied;

    /// <summary>Bus time at which the partition begins, microseconds since the Unix epoch.</summary>
    public long BusStartUnixUs;

    /// <summary>Documents stored.</summary>
    public long Documents;

    /// <summary>Number of the first document of the block under construction.</summary>
    public long Next;

    public Range Timestamps;
    public Range Minted;

    public static PartitionMeta New(long busStartUnixUs, long applied) => new()
    {
        Applied = applied,
        BusStartUnixUs = busStartUnixUs,
        Timestamps = Range.Empty,
        Minted = Range.Empty,
    };

    /// <summary>Reads it. Throws <see cref="StoreException"/> when something is missing.</summary>
    public static PartitionMeta Read(SqliteDatabase database)
    {
        Dictionary<string, long> values = [];
        using (var statement = database.Prepare("SELECT key, value FROM meta"))
        {
            while (statement.Step())
            {
                values[statement.Text(0)] = statement.Int64(1);
            }
        }

        // A block that was under construction when its writer died stays as it is; the next begins after it.
        return new PartitionMeta
        {
            Applied = Value(PartitionSchema.Applied),
            BusStartUnixUs = Value(PartitionSchema.BusStart),
            Documents = Value(PartitionSchema.Documents),
            Next = Math.Max(
                database.Number("SELECT id + count FROM block ORDER BY id DESC LIMIT 1") ?? 0,
                values.GetValueOrDefault(PartitionSchema.Next)),
            Timestamps = new Range(Value(PartitionSchema.MinTimestamp), Value(PartitionSchema.MaxTimestamp)),
            Minted = new Range(Value(PartitionSchema.MinMinted), Value(PartitionSchema.MaxMinted)),
        };

        long Value(string key) => values.TryGetValue(key, out var value)
            ? value
            : throw StoreException.Damage($"meta holds no '{key}'");
    }

    public static void Write(SqliteDatabase database, PartitionMeta meta)
    {
        using var statement = database.Prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
        foreach (var (key, value) in meta.Pairs())
        {
            statement.BindText(1, key);
            statement.Bind(2, value);
            statement.Run();
        }
    }

    public readonly IEnumerable<(string Key, long Value)> Pairs() =>
    [
        (PartitionSchema.Applied, Applied),
        (PartitionSchema.BusStart, BusStartUnixUs),
        (PartitionSchema.Documents, Documents),
        (PartitionSchema.MinTimestamp, Timestamps.Min),
        (PartitionSchema.MaxTimestamp, Timestamps.Max),
        (PartitionSchema.MinMinted, Minted.Min),
        (PartitionSchema.MaxMinted, Minted.Max),
    ];

    public void Include(Range timestamps, Range minted) =>
        (Timestamps, Minted) = (Timestamps.With(timestamps), Minted.With(minted));
}
