namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>An object of the source: <c>"host":{</c>. There is one for each path, so that identity is equality.</summary>
/// <param name="Parent">The object around it; null is the source itself.</param>
/// <param name="Opening">The name in quotes, a colon and the brace.</param>
internal sealed record JsonPlace(JsonPlace? Parent, byte[] Opening)
{
    /// <summary>Objects around it and itself.</summary>
    public int Depth { get; } = (Parent?.Depth ?? 0) + 1;
}
