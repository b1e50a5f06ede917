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

    /// <inheritdoc/>
    public ValueTask ApplyAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var critical = _critical.Apply(options.KeepLifetimes, options.StoreKeepBytes / 2, now);
        _bulk.Apply(options.StoreKeep, options.StoreKeepBytes - critical.Bytes, now);
        return ValueTask.CompletedTask;
    }
}
