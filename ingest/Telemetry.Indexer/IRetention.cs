namespace Telemetry.Indexer;

/// <summary>Deletes what is too old or too much; called each <see cref="IndexerOptions.RetainEvery"/>.</summary>
public interface IRetention
{
    /// <summary>Deletes whole time partitions past the limits. May throw; it is then called again at the next turn.</summary>
    ValueTask ApplyAsync(CancellationToken cancel);
}
