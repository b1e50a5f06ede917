namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What the senders of one pool share.</summary>
internal sealed record Delivery(
    ElasticClient Client, DataStreamNames Names, ElasticWriterOptions Options, FlowWindow Window, WriteIndexes Known,
    RolloverCheck Rollover, Durability Durability, ElasticWriterMetrics Metrics, Notices Notices, TimeProvider Time, Random Random);
