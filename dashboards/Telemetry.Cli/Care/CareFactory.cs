using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Indexer;

namespace Telemetry.Cli.Care;

/// <summary>Makes what deletes on demand, for a process that has the indexer.</summary>
internal static class CareFactory
{
    public static PurgeDesk CreateDesk(
        TelemetryOptions options, DataDirectory data, IStoreEngine store, IndexerHost indexer, TimeProvider time, ILogger logger)
    {
        var log = new AuditLog(data);
        return new PurgeDesk(
            store.Documents,
            (request, detail, cancel) => indexer.PurgeAsync(request, detail, store.Purger, cancel),
            async entry =>
            {
                var problem = Append(log, entry);
                return store.Audit is { } audit && await audit.TryAppendAsync(entry.DeepClone().AsObject()) is { } refused
                    ? $"{problem} The audit could not be written to the store: {refused}".TrimStart()
                    : problem;
            },
            [.. Elsewhere(options)], time, logger);
    }

    private static string? Append(AuditLog log, JsonObject entry)
    {
        try
        {
            log.Append(entry);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The audit could not be written: {e.Message}";
        }
    }

    private static IEnumerable<string> Elsewhere(TelemetryOptions options)
    {
        yield return options.Engines.Kafka is null
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The bus keeps the batches for up to {DurationText.Format(options.Retention.BusKeep)} or {options.Retention.BusKeepBytes / 1073741824.0:0.##} GiB; this store does not take them in again.")
            : "The topics of the bus keep the batches for as long as their retention says; this store does not take them in again.";
        yield return "Backups, dead letters and what lifetimes say of their servers are not searched.";
        if (options.Engines.Elasticsearch is not null)
        {
            yield return "Elasticsearch takes the bytes off the disk when it merges; snapshots keep them.";
        }
    }
}
