using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>Collects what went wrong with single lifetimes, so that one does not keep the others from being stored.</summary>
internal sealed class LifetimeFailure
{
    private string? _refused;
    private string? _busy;

    /// <summary>Reads the items of a bulk answer, which are in the order of the ids.</summary>
    public void Add(JsonElement items, IReadOnlyList<LifetimeId> ids)
    {
        var i = 0;
        foreach (var item in items.EnumerateArray())
        {
            Add(item.GetProperty("index"u8), ids[i++]);
        }
    }

    /// <summary>Throws for the first that was refused, else for the first that has to be written again.</summary>
    public void ThrowIfAny()
    {
        if (_refused is not null)
        {
            throw new IOException(_refused);
        }

        if (_busy is not null)
        {
            throw new ElasticUnavailableException(_busy, mayBeApplied: true);
        }
    }

    private void Add(JsonElement answer, LifetimeId id)
    {
        var status = answer.GetProperty("status"u8).GetInt32();
        if (status is 429 or >= 500)
        {
            _busy ??= $"Elasticsearch has no time for lifetime {id}: {status} {Reason(answer)}.";
        }
        else if (status is not (409 or >= 200 and < 300))
        {
            _refused ??= $"Elasticsearch refuses lifetime {id}: {status} {Reason(answer)}.";
        }
    }

    private static string Reason(JsonElement answer) =>
        answer.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("reason"u8, out var reason) ? ElasticResponse.Shorten(reason.ToString()) : "";
}
