using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Holds;

/// <summary>A lifetime's documents in one index are not the same as their copies.</summary>
/// <param name="Lifetime">The lifetime.</param>
/// <param name="Index">Name of the index.</param>
/// <param name="IsTooMuch">Some copies may have no source any more.</param>
internal sealed record HeldDifference(LifetimeId Lifetime, string Index, bool IsTooMuch)
{
    /// <summary>
    /// Reads buckets by lifetime with <c>sources</c> and <c>copies</c> by index, each with the <c>sum</c> of the documents' numbers. An
    /// index without sources differs like any other: whether it is there is for the caller to judge.
    /// </summary>
    public static IEnumerable<HeldDifference> Read(JsonElement lifetimes)
    {
        foreach (var bucket in lifetimes.GetProperty("buckets"u8).EnumerateArray())
        {
            if (!LifetimeId.TryParse(bucket.GetProperty("key"u8).GetString(), out var lifetime))
            {
                continue;
            }

            var (sources, copies) = (Accounts(bucket, "sources"u8), Accounts(bucket, "copies"u8));
            foreach (var index in sources.Keys.Union(copies.Keys, StringComparer.Ordinal))
            {
                var (source, copy) = (sources.GetValueOrDefault(index), copies.GetValueOrDefault(index));
                if (source != copy)
                {
                    yield return new HeldDifference(lifetime, index, copy.Documents >= source.Documents);
                }
            }
        }
    }

    private static Dictionary<string, (long Documents, double Sum)> Accounts(JsonElement bucket, ReadOnlySpan<byte> name) =>
        bucket.GetProperty(name).GetProperty("buckets"u8).EnumerateArray().ToDictionary(
            index => index.GetProperty("key"u8).GetString()!,
            index => (index.GetProperty("doc_count"u8).GetInt64(), index.GetProperty("sum"u8).GetProperty("value"u8).GetDouble()),
            StringComparer.Ordinal);
}
