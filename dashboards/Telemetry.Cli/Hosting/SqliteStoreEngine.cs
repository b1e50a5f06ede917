using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Cli.Care;
using Telemetry.Cli.Configuration;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Holds;
using Telemetry.Store.Purging;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>Files in the data directory.</summary>
internal sealed partial class SqliteStoreEngine : IStoreEngine
{
    private readonly DataDirectory _data;
    private readonly RetentionOptions _keep;
    private readonly PromotedFields _fields;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SqliteDocumentReader _documents;

    public SqliteStoreEngine(DataDirectory data, RetentionOptions keep, PromotedFields fields, TimeProvider time, ILogger logger)
    {
        (_data, _keep, _fields, _time, _logger) = (data, keep, fields, time, logger);
        _documents = new SqliteDocumentReader(
            [data.StoreOf(Lane.Critical), data.StoreOf(Lane.Bulk)], time, fault => LogUnreadable(fault.Path, fault.Reason));
        Lifetimes = new SqliteLifetimeReader(data.Store, time);
        Retention = new StoreRetention(data, keep, time, (held, bound) => LogOverfull(held >> 20, bound >> 20));
    }

    public IDocumentReader Documents => _documents;

    public ILifetimeReader Lifetimes { get; }

    public ILifetimeWriter? LifetimeWriter => null;

    public IRetention Retention { get; }

    public IReadOnlySet<LifetimeId> Held() => new HoldFile(_data.Path).Held();

    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<string>>([.. _documents.Problems]);

    public IDocumentPurger? Purger => null;

    public IPurgeNotes? PurgeNotes => null;

    public ElasticAudit? Audit => null;

    public Task PrepareAsync(CancellationToken cancel) => Task.CompletedTask;

    public IDocumentWriter OpenWriter(BusPartition partition, WriterOpening opening)
    {
        _documents.ThrowIfInConflict(_fields);
        var lane = partition.Lane;
        var options = StoreRetention.Partitions(lane, _keep) with { Promoted = _fields };
        var writer = SqliteDocumentWriter.Open(_data.StoreOf(lane), options, _time, opening.Oldest);
        foreach (var damaged in writer.SetAside)
        {
            if (damaged.Evidence is { } evidence)
            {
                LogSetAside(damaged.Path, evidence, damaged.Reason);
            }
            else
            {
                LogLeftInPlace(damaged.Path, damaged.Reason);
            }
        }

        return writer;
    }

    public ValueTask DisposeAsync()
    {
        _documents.Dispose();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogEvents.StoreSetAside, LogLevel.Error,
        "{Path} is damaged ({Reason}); it is kept as {Evidence}, and what the bus still has is stored again")]
    private partial void LogSetAside(string path, string evidence, string reason);

    [LoggerMessage(LogEvents.StoreLeftInPlace, LogLevel.Error,
        "{Path} gets no more documents ({Reason}); what can be read of it is still found")]
    private partial void LogLeftInPlace(string path, string reason);

    [LoggerMessage(LogEvents.HoldsOverfull, LogLevel.Warning,
        "Holds alone keep {HeldMiB} MiB of the store, more than the {BoundMiB} MiB that it is to take; 'telemetry hold list' shows them")]
    private partial void LogOverfull(long heldMiB, long boundMiB);

    [LoggerMessage(LogEvents.StoreUnreadable, LogLevel.Error, "{Path} is left out of answers where it cannot be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
