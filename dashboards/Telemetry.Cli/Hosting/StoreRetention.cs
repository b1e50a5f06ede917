using Telemetry.Cli.Configuration;
using Telemetry.Indexer;
using Telemetry.Store.Holds;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Keeps the store within its bounds. The critical lane is small and tells how servers died, so it stays as long as the
/// lifetimes; bulk gets what it leaves of the size. What is held stays.
/// </summary>
/// <param name="data">Where the store and the holds are.</param>
/// <param name="options">The bounds.</param>
/// <param name="time">Clock.</param>
/// <param name="overfull">Told when holds alone take more than the bound, bytes each; again once that has changed.</param>
internal sealed class StoreRetention(
    DataDirectory data, RetentionOptions options, TimeProvider time, Action<long, long> overfull) : IRetention
{
    private readonly HoldFile _holds = new(data.Path);
    private bool _isOverfull;

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
        var held = _holds.Held();
        var critical = _critical.Apply(options.KeepLifetimes, CriticalBytes(options), now, held);
        var bulk = _bulk.Apply(options.StoreKeep, options.StoreKeepBytes - critical.Bytes, now, held);
        var heldBytes = critical.HeldBytes + bulk.HeldBytes;
        if (heldBytes > options.StoreKeepBytes && !_isOverfull)
        {
            overfull(heldBytes, options.StoreKeepBytes);
        }

        _isOverfull = heldBytes > options.StoreKeepBytes;
        return ValueTask.CompletedTask;
    }

    private static long CriticalBytes(RetentionOptions options) => options.StoreKeepBytes / 2;
}
