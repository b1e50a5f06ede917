using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Templates;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// A point in time that a search is pinned to. When Elasticsearch keeps it no longer, a new one takes its place. Not thread-safe.
/// </summary>
internal sealed class PointInTime(string id)
{
    /// <summary>How long after the last use Elasticsearch keeps one.</summary>
    public const string KeepAlive = "1m";

    private IReadOnlyList<string>? _indexes;

    public string Id { get; private set; } = id;

    /// <summary>Names of the indices in it that hold documents; null as long as nobody has asked.</summary>
    public IReadOnlyList<string>? Indexes => _indexes;

    /// <summary>The id may change with each use.</summary>
    public void Renew(string? id) => Id = id ?? Id;

    /// <summary>Other indices may be in the new one.</summary>
    public void Replace(string id) => (Id, _indexes) = (id, null);

    /// <summary>Takes notice of what is in it.</summary>
    /// <param name="indexes">Names of its indices.</param>
    public void Learn(IReadOnlyList<string> indexes) => _indexes = indexes;

    /// <summary>
    /// A query that finds each document once: the copy of one that is held does not count as long as the index that it was copied
    /// from is in the same point in time.
    /// </summary>
    /// <param name="query">The query.</param>
    /// <param name="held">Name of the index of copies.</param>
    public JsonObject Once(JsonObject query, string held)
    {
        if (_indexes is null || !_indexes.Contains(held))
        {
            return query;
        }

        JsonArray sources = [.. _indexes.Where(index => index != held).Select(index => JsonValue.Create(index))];
        return sources.Count == 0 ? query : Dsl.And([query, Dsl.Not(Dsl.Terms(HoldMappings.HeldFrom, sources))]);
    }
}
