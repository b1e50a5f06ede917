namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>A point in time that a search is pinned to. When Elasticsearch keeps it no longer, a new one takes its place. Not thread-safe.</summary>
internal sealed class PointInTime(string id)
{
    /// <summary>How long after the last use Elasticsearch keeps one.</summary>
    public const string KeepAlive = "1m";

    public string Id { get; private set; } = id;

    /// <summary>The id may change with each use.</summary>
    public void Renew(string? id) => Id = id ?? Id;

    public void Replace(string id) => Id = id;
}
