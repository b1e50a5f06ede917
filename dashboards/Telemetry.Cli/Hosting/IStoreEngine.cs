using Telemetry.Bus;
using Telemetry.Cli.Care;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>The store as the parts of one process use it. Safe for concurrent use.</summary>
internal interface IStoreEngine : IAsyncDisposable
{
    /// <summary>Searches; what is searched may not exist yet.</summary>
    IDocumentReader Documents { get; }

    /// <summary>Lifetimes and crashes.</summary>
    ILifetimeReader Lifetimes { get; }

    /// <summary>Told of lifetimes; null when <see cref="Lifetimes"/> reads the indexer's own state.</summary>
    ILifetimeWriter? LifetimeWriter { get; }

    /// <summary>Deletes what is too old, or keeps what is held from a store that does so itself.</summary>
    IRetention Retention { get; }

    /// <summary>Lifetimes that are held. Throws <see cref="IOException"/> when they cannot be read: then nothing may be deleted.</summary>
    IReadOnlySet<LifetimeId> Held();

    /// <summary>A sentence for each thing that is wrong with it now; does not throw.</summary>
    Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancel);

    /// <summary>Deletes documents for good, of all partitions; null when each partition's writer deletes its own.</summary>
    IDocumentPurger? Purger { get; }

    /// <summary>What was purged by whomever; null when each partition's writer deletes its own.</summary>
    IPurgeNotes? PurgeNotes { get; }

    /// <summary>The audit beside the documents; null when the file in the data directory is beside them.</summary>
    ElasticAudit? Audit { get; }

    /// <summary>Makes it ready to be written: call before <see cref="OpenWriter"/>. Does not throw; what fails is logged.</summary>
    Task PrepareAsync(CancellationToken cancel);

    /// <summary>Opens the documents of one partition for writing.</summary>
    IDocumentWriter OpenWriter(BusPartition partition, WriterOpening opening);
}
