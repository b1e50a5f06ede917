using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Indexer;
using Telemetry.Store.Purging;

namespace Telemetry.Cli.Care;

/// <summary>Makes what deletes on demand.</summary>
internal static class CareFactory
{
    /// <summary>Null for a store that its indexer alone writes, in a process without it.</summary>
    public static PurgeDesk? TryCreateDesk(
        TelemetryOptions options, DataDirectory data, IStoreEngine store, IndexerHost? indexer, TimeProvider time, ILogger logger)
    {
        Func<PurgeRequest, string, CancellationToken, Task<PurgeReport>>? purge = store is { Purger: { } documents, PurgeNotes: { } notes }
            ? new SharedPurge(documents, notes, time).RunAsync
            : indexer is null ? null : indexer.PurgeAsync;
        if (purge is null)
        {
            return null;
        }

        var log = new AuditLog(data);
        return new PurgeDesk(
            store.Documents,
            purge,
            async entry =>
            {
                // Who purges a shared store from anywhere need have no data directory.
                var problem = indexer is null && !Directory.Exists(data.Path) ? null : Append(log, entry);
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
        yield return options.Engines is { Kafka: null, Elasticsearch: null }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The bus keeps the batches for up to {DurationText.Format(options.Retention.BusKeep)} or {options.Retention.BusKeepBytes / 1073741824.0:0.##} GiB; this store does not take them in again.")
            : "The bus keeps the batches for as long as its retention says; this store does not take them in again.";
        yield return "Backups, dead letters and what lifetimes say of their servers are not searched.";
        if (options.Engines.Elasticsearch is not null)
        {
            yield return "Elasticsearch takes the bytes off the disk when it merges; snapshots keep them.";
        }
    }
}
