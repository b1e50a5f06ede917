using Telemetry.Cli.Configuration;
using Telemetry.Indexer;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Keeps the store within its bounds. The critical lane is small and tells how servers died, so it stays as long as the
/// lifetimes; bulk gets what it leaves of the size.
/// </summary>
internal sealed class StoreRetention(DataDirectory data, RetentionOptions options, TimeProvider time) : IRetention
{
    private readonly SqliteRetention _critical = new(data.StoreOf(Lane.Critical));
    private readonly SqliteRetention _bulk = new(data.StoreOf(Lane.Bulk));

    /// <summary>Partitions of a lane that are fine enough for what it keeps.</summary>
    public static SqliteStoreOptions Partitions(Lane lane, RetentionOptions options) => lane == Lane.Critical
        ? SqliteStoreOptions.For(options.KeepLifetimes, CriticalBytes(options))
        : SqliteStoreOptions.For(options.StoreKeep, options.StoreKeepBytes);

    /// <inheritdoc/>
    public ValueTask ApplyAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var critical = _critical.Apply(options.KeepLifetimes, CriticalBytes(options), now);
        _bulk.Apply(options.StoreKeep, options.StoreKeepBytes - critical.Bytes, now);
        return ValueTask.CompletedTask;
    }

    private static long CriticalBytes(RetentionOptions options) => options.StoreKeepBytes / 2;
}
